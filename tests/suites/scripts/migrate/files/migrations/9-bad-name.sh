# never
drop_table nosuch
