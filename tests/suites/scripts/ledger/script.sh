#!/bin/bash
# A ledger in an SQLite database that several tills write to: import, reports, locks between processes, what is left of one that
# was killed in the middle, and a dump that is read back.
set -u
db=ledger.db
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { printf '\n== %s\n' "$*"; }
count() { sqlite3 -cmd '.timeout 20000' "$db" "select count(*) from sales"; }

say schema
sqlite3 "$db" <<'SQL'
create table sales(
  id integer primary key,
  day text not null check (day like '____-__-__'),
  shop text not null,
  item text not null,
  amount real not null
);
create index by_day on sales(day, shop);
create view totals as select shop, sum(amount) as total, count(*) as n from sales group by shop;
SQL
sqlite3 "$db" .tables .schema .indexes

say import
sqlite3 "$db" '.import --csv sales.csv staged' \
    "insert into sales(day, shop, item, amount) select day, shop, item, amount from staged" 'drop table staged'
count

say reports
sqlite3 -box "$db" 'select * from totals order by total desc'
sqlite3 -header -csv "$db" 'select item, amount from sales where shop = "south" order by id'
sqlite3 -json "$db" 'select day, sum(amount) as total from sales group by day'
sqlite3 -cmd '.mode column' -cmd '.width 12 -8' "$db" 'select item, amount from sales limit 3'
sqlite3 "$db" '.parameter set :shop north' 'select max(amount) from sales where shop = :shop'

say refusals
sqlite3 "$db" "insert into sales(day, shop, item, amount) values ('yesterday', 'north', 'tea', 1)"
echo "status $?"
sqlite3 -readonly "$db" "delete from sales"
echo "status $?"
sqlite3 "$db" "select nosuch from sales"
echo "status $?"

say one writer at a time
mkfifo "$work/keys" "$work/answers"
sqlite3 -cmd '.timeout 60000' "$db" <"$work/keys" >"$work/answers" &
holder=$!
exec 7>"$work/keys" 8<"$work/answers"
echo "begin immediate; insert into sales(day, shop, item, amount) values ('2024-03-04', 'north', 'tea', 3);
select 'held';" >&7
read -r answer <&8
echo "the till says: $answer"
sqlite3 "$db" "insert into sales(day, shop, item, amount) values ('2024-03-04', 'south', 'tea', 4)"
echo "status $?"
count
sqlite3 -cmd '.timeout 60000' "$db" "insert into sales(day, shop, item, amount) values ('2024-03-04', 'south', 'tea', 5)" 7>&- 8<&- &
patient=$!
echo "commit;" >&7
exec 7>&-
wait "$holder" && wait "$patient"
echo "both: $?"
exec 8<&-
count

say four tills
for till in 1 2 3 4; do
    for ((i = 0; i < 10; i++)); do
        echo "insert into sales(day, shop, item, amount) values ('2024-03-05', 'till $till', 'cup $i', 1);"
    done | sqlite3 -cmd '.timeout 60000' "$db" &
done
wait
sqlite3 "$db" "select shop, count(*), count(distinct item) from sales where shop like 'till%' group by shop" 'pragma integrity_check'

say killed in the middle
sqlite3 "$db" "create table bulk(a, b); with recursive c(i) as (select 1 union all select i + 1 from c where i < 500)
insert into bulk select 1, hex(zeroblob(200)) from c"
before=$(cksum <"$db")
sqlite3 "$db" <"$work/keys" >"$work/answers" &
victim=$!
exec 7>"$work/keys" 8<"$work/answers"
echo "pragma cache_size = 5; begin; update bulk set a = 2, b = hex(zeroblob(201));
select 'written';" >&7
read -r answer <&8
echo "the till says: $answer"
[[ $(cksum <"$db") != "$before" ]] && echo "the file is changed"
[[ -s $db-journal ]] && echo "there is a journal"
{
    kill -KILL "$victim"
    wait "$victim"
    status=$?
} 2>/dev/null
echo "status $status"
exec 7>&- 8<&-
sqlite3 "$db" 'select a, count(*) from bulk group by a' 'pragma integrity_check'
[[ $(cksum <"$db") == "$before" ]] && echo "the file is as it was"
[[ -e $db-journal ]] || echo "there is no journal"

say dump
sqlite3 "$db" 'drop table bulk' 'delete from sales where day >= "2024-03-04"'
sqlite3 "$db" .dump | tee dump.sql
sqlite3 copy.db <dump.sql
cmp <(sqlite3 copy.db .dump) dump.sql && echo same
sqlite3 copy.db 'select * from totals'
