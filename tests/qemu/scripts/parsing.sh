# Odd but legal ways to write things.
echo a;echo b
echo a ; echo b ;
if true;then echo a;fi
if true; then { echo b; }; fi
{ echo c;}
{ { echo d; } ; }
( echo e;echo f )
((1)) 2>/dev/null || echo not a command
for i in a;do echo $i;done
for i
in b; do echo $i; done
for i in c
do echo $i
done
while false;do :;done;echo g
case a in a)echo h;esac
case a in
a) echo i
esac
case a in (b) ;; (a) echo j ;; esac
case if in if) echo k;; esac
case a
in
    a)
        echo l
        ;;

    b) ;;
esac
f(){ echo m;};f
f ( ) { echo n; }
f
f()
{
    echo o
}
f
echo if then else fi do done case esac { } ! in
x=if; echo $x
true &&
echo p
false ||

echo q
echo r |

cat
echo \
s
ec\
ho t
"echo" u
'ec'ho v
x=echo; $x w
e=; $e echo x
>/dev/null echo hidden
2>/dev/null >/dev/null; echo y
echo z>/dev/null; echo 1>/dev/null 2; echo a2>/dev/null
echo a2 3>/dev/null
echo a# b #c
#comment
    # indented comment
echo end # comment \
echo next
if # comment
true # comment
then # comment
echo aa # comment
fi # comment
x=1;y=2;echo $x$y
x=a\ b; echo "$x"
echo a	b
echo "a"'b'c\d
if (true) then echo bb; fi
while (true) do echo cc; break; done
(echo dd) ; (echo ee)
(echo ff); { echo gg; }; echo hh
echo $(echo ii)$(echo jj)
echo `echo kk``echo ll`
{ echo mm; } >/dev/null; echo nn
(((echo oo)))
echo "$(echo "pp")"
echo ${x}qq ${x:-"r r"}
until true; do echo no; done
if false; then :; else echo ss; fi
if false; then :
elif true; then echo tt
fi
echo uu & wait
{ echo vv & } ; wait
for in in in; do echo $in; done
for do in do; do echo $do; done
case in in in) echo ww;; esac
echo a|cat;echo b&&echo c||echo d
: ${v:=xx}; echo $v
a=b=c; echo $a
echo =a a= = ==
echo x=1
export y=zz; echo $y
[ a = a ]&&echo yy
alias 2>/dev/null >/dev/null; echo zz
echo one two\
 three
