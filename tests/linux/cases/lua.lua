-- Memory, files, pipes and time as Lua's library uses them.
local t = {}
for i = 1, 200000 do t[i] = tostring(i) end
print(#table.concat(t), collectgarbage("count") > 1000)
t = nil; collectgarbage(); print(collectgarbage("count") < 20000)
local f = assert(io.open("file", "w+")); f:write("one\ntwo\n3 4.5 0x10\n"); f:seek("set", 4); print(f:read("l", "n", "n", "n")); print(f:seek("end")); f:close()
for line in io.lines("file") do io.write("[", line, "]") end print()
local p = io.popen("echo from a child; exit 3"); print(p:read("a")); print(p:close())
print(os.execute("kill -9 $$")); print(os.execute("exit 4")); print(os.getenv("HOME"), os.getenv("NOTHING"))
print(os.rename("file", "moved"), io.open("file")); print(os.remove("moved"), os.remove("moved"))
print(os.time({ year = 2024, month = 2, day = 29, hour = 12 }), os.date("!%F %T", 1e9), os.clock() >= 0)
local co = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i * i) end end) print(co(), co(), co())
print(pcall(error, { 1 }) , select("#", pcall(function() local x = nil; return x.y end)))
print(string.format("%q %5.2f %x", "a\nb", math.pi, 255), ("x"):rep(3, "-"), ("hello"):gsub("l+", "L"))
local function deep(n) return n == 0 and 0 or 1 + deep(n - 1) end print(deep(10000))
print(select(2, pcall(function() local function f() return f() + 1 end return f() end)):match("stack overflow"))
