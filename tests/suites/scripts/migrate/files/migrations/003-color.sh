# colors
add_column items color red
