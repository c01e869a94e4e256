.timer off
pragma journal_mode = wal;
pragma cache_size = 200;
create table item(id integer primary key, name text, value integer, note text);
begin;
with recursive n(i) as (select 1 union all select i + 1 from n where i < 200000)
insert into item select i, 'name' || (i * 7919 % 200003), i * 31 % 1009, hex(i * i) from n;
commit;
select count(*), sum(value), min(name), max(name) from item;
create index by_name on item(name);
create index by_value on item(value, name);
select count(*) from item where name between 'name1000' and 'name1500';
select value, count(*) from item where value < 5 group by value;
update item set value = value + 1 where id % 10 = 0;
delete from item where id % 17 = 0;
select count(*), sum(value), avg(length(note)) from item;
pragma wal_checkpoint(truncate);
pragma integrity_check;
pragma journal_mode = delete;
vacuum;
pragma integrity_check;
attach 'other.db' as o;
create table o.copy as select * from item where value = 500;
select count(*) from o.copy;
begin; delete from item; rollback;
select count(*) from item;
select a.id, b.id from item a join item b on a.name = b.name and a.id < 20 order by a.id;
