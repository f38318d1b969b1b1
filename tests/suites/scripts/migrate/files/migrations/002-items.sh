# some items
for i in {1..4}; do insert items "$i" "item $i" $((i % 2 + 1)); done
