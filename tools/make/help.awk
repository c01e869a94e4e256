# SPDX-License-Identifier: MIT
#
# help.awk - print the targets and knobs that the makefiles document.
#   ##@ Heading          starts a section
#   target: ... ## text  a target
#   NAME ?= value ## text  a knob
/^##@ /                 { printf "\n%s\n", substr($0, 5) }
/^[a-z][a-z_.-]*:.*## / { split($0, part, ":"); row(part[1]) }
/^[A-Z]+ *\?=.*## /     { row(knob($0)) }
END                     { print "" }

function knob(line,    name, value)
{
    name = line; sub(/ *\?=.*/, "", name)
    value = line; sub(/^[^=]*= */, "", value); sub(/#.*/, "", value)
    return name "=" value
}

function row(name,    text)
{
    text = $0; sub(/.*## /, "", text)
    printf "  %-22s %s\n", name, text
}
