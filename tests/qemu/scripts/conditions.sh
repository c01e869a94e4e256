# test and [.
t() { "$@"; echo "$* -> $?"; }
t [ a ]; t [ "" ]; t [ ]; t test; t test a
t [ a = a ]; t [ a = b ]; t [ a != b ]; t [ "" = "" ]
t [ -n a ]; t [ -n "" ]; t [ -z a ]; t [ -z "" ]
t [ 1 -eq 1 ]; t [ 1 -ne 1 ]; t [ 1 -lt 2 ]; t [ 2 -le 2 ]; t [ 3 -gt 4 ]; t [ -1 -ge -2 ]
t [ ! a ]; t [ ! "" ]; t [ ! a = b ]; t [ ! -n a ]
t [ a -a b ]; t [ a -a "" ]; t [ "" -o b ]; t [ "" -o "" ]
t [ a = a -a b = b ]; t [ a = b -o b = b ]; t [ ! a = b -a b = b ]
t [ "(" a ")" ]; t [ "(" a = b ")" ]; t [ "(" = "(" ]; t [ "!" = "!" ]; t [ -n = -n ]
t [ -f /dev/null ]; t [ -d / ]; t [ -e /nosuch ]; t [ -c /dev/null ]; t [ -s /dev/null ]
t [ -r / ]; t [ -x / ]; t [ -h / ]; t [ -L / ]; t [ -p / ]; t [ -b / ]
t [ -a ]; t [ -f ]; t [ ! ]; t [ -n ]
t [ 007 -eq 7 ]; t [ " 5 " -eq 5 ]
t [ a "<" b ]; t [ b ">" a ]
d=${TMPDIR:-/tmp}/conditions.$$
mkdir $d; cd $d
echo x >full; : >empty; ln -s full link; ln -s nosuch broken; chmod 600 full
[ -s full ] && echo s; [ -s empty ] || echo not s; [ -f full ] && echo f; [ -f . ] || echo not f
[ -L link ] && echo L; [ -e broken ] || echo not e; [ -h broken ] && echo h; [ -f link ] && echo follows
[ -w full ] && echo w; [ full -ef link ] && echo same
touch -d '2001-01-01 00:00:00' old; [ full -nt old ] && echo newer; [ old -ot full ] && echo older
[ old -nt full ] || echo not newer
mknod p p; [ -p p ] && echo fifo
(test 1 -eq x) 2>/dev/null; [ $? -gt 1 ] && echo error
([ a = ) 2>/dev/null; [ $? -gt 1 ] && echo error
cd /; rm -r $d
