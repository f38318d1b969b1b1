# the first tables
create_table owners id name
create_table items id name owner
insert owners 1 Ada
insert owners 2 "Grace H."
