# repaint
insert items 5 extra 1 blue
helper() { update items colour red green; }
helper
echo "not reached before"
