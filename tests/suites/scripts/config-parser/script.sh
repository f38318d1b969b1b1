#!/bin/bash
# Layers of INI files and the environment into one configuration; checks it against a schema; prints it as shell, JSON and INI.
set -euo pipefail
shopt -s extglob

declare -A config=() origin=()
declare -a keys=() errors=()

trim() {
    local -n _text=$1
    _text=${_text##+([[:space:]])}
    _text=${_text%%+([[:space:]])}
}

put() {
    local key=$1 value=$2 from=$3
    [[ -v config[$key] ]] || keys+=("$key")
    config[$key]=$value
    origin[$key]=$from
}

# ${section.key} and ${ENV:NAME:default}, from the left, at most 8 of them.
expand_value() {
    local -n _value=$1
    local -i left=8
    local whole name
    while [[ $_value =~ \$\{([A-Za-z_.]+)(:([A-Za-z_]+)(:([^}]*))?)?\} ]]; do
        ((left--)) || { errors+=("endless reference in '$2'"); return 0; }
        whole=${BASH_REMATCH[0]} name=${BASH_REMATCH[1]}
        if [[ $name == ENV ]]; then
            local variable=${BASH_REMATCH[3]}
            _value=${_value/"$whole"/"${!variable-${BASH_REMATCH[5]}}"}
        elif [[ -v config[$name] ]]; then
            _value=${_value/"$whole"/"${config[$name]}"}
        else
            errors+=("$2: no such key: $name")
            _value=${_value/"$whole"/}
        fi
    done
}

load() {
    local file=$1 section=main line key value
    local -i number=0
    while IFS= read -r line || [[ -n $line ]]; do
        number+=1
        while [[ $line == *\\ ]] && IFS= read -r more; do
            number+=1
            line=${line%\\}${more##+([[:space:]])}
        done
        trim line
        case $line in
        '' | [#\;]*) ;;
        \[*([[:alnum:]_.-])\]) section=${line:1:-1} ;;
        \[*) errors+=("$file:$number: bad section: $line") ;;
        +([[:alnum:]_-])*([[:space:]])=*)
            key=${line%%=*} value=${line#*=}
            trim key
            trim value
            case $value in
            \"*\") value=${value:1:-1}; printf -v value '%b' "$value" ;;
            \'*\') value=${value:1:-1} ;;
            *) value=${value%%*([[:space:]])[#\;]*} ;;
            esac
            if [[ $key == *+ ]]; then key=${key%+}; fi
            put "$section.$key" "$value" "$file:$number"
            ;;
        *) errors+=("$file:$number: neither section nor key: ${line@Q}") ;;
        esac
    done <"$file"
}

# APP_SECTION_KEY=value overrides section.key.
from_environment() {
    local variable key
    for variable in "${!APP_@}"; do
        key=${variable#APP_}
        key=${key,,}
        put "${key/_/.}" "${!variable}" "env:$variable"
    done
}

check() {
    local key type arg
    while read -r key type arg; do
        [[ -n $key && $key != \#* ]] || continue
        if [[ ! -v config[$key] ]]; then
            if [[ $type == required ]]; then errors+=("$key is missing"); fi
            continue
        fi
        local value=${config[$key]}
        case $type in
        int)
            local low=${arg%..*} high=${arg#*..}
            if [[ ! $value =~ ^[+-]?[0-9]+$ ]]; then
                errors+=("$key: not a number: $value (${origin[$key]})")
            elif ((10#${value#[+-]} < low || 10#${value#[+-]} > high)); then
                errors+=("$key: $value is not in $low to $high")
            fi
            ;;
        bool)
            case ${value,,} in
            yes | true | on | 1) config[$key]=true ;;
            no | false | off | 0) config[$key]=false ;;
            *) errors+=("$key: neither yes nor no: $value") ;;
            esac
            ;;
        enum) [[ ,$arg, == *,"$value",* ]] || errors+=("$key: $value is none of ${arg//,/, }") ;;
        size)
            if [[ $value =~ ^([0-9]+)([KMG]?)i?B?$ ]]; then
                local -A unit=([K]=1024 [M]=1048576 [G]=1073741824)
                config[$key]=$((BASH_REMATCH[1] * ${unit[${BASH_REMATCH[2]:-B}]:-1}))
            else
                errors+=("$key: not a size: $value")
            fi
            ;;
        esac
    done <schema
}

as_shell() {
    for key in "${keys[@]}"; do
        local name=${key//[.-]/_}
        printf '%s=%q\n' "${name^^}" "${config[$key]}"
    done
}

as_json() {
    for key in "${keys[@]}"; do
        printf '%s\n%s\n' "$key" "${config[$key]}"
    done | jq -Rs 'split("\n")[:-1] | [range(0; length; 2) as $i | {path: (.[$i] | split(".")), value: .[$i + 1]}]
        | reduce .[] as $e ({}; setpath($e.path; $e.value | if . == "true" then true elif . == "false" then false else (. as $v | try tonumber catch $v) end))'
}

as_ini() {
    local previous= section
    while IFS= read -r key; do
        section=${key%.*}
        if [[ $section != "$previous" ]]; then
            [[ -z $previous ]] || echo
            echo "[$section]"
            previous=$section
        fi
        printf '%-12s = %s\n' "${key##*.}" "${config[$key]@Q}"
    done < <(printf '%s\n' "${keys[@]}" | LC_ALL=C sort)
}

export APP_SERVER_PORT=8443 APP_LOG_LEVEL=debug HOME_PAGE='a "home" page'
for layer in defaults.ini site.ini; do load "$layer"; done
from_environment
for key in "${keys[@]}"; do expand_value "config[$key]" "$key"; done
check

echo "# shell"
as_shell
echo "# json"
as_json
echo "# ini"
as_ini
echo "# origins"
for key in "${keys[@]}"; do printf '%s\t%s\n' "${origin[$key]}" "$key"; done | sort -t: -k1,1 -k2,2n | expand -t 24

eval "$(as_shell)"
echo "$SERVER_HOST:$SERVER_PORT, $LOG_FORMAT"

if ((${#errors[@]})); then
    printf 'error: %s\n' "${errors[@]}" >&2
    exit $((${#errors[@]} > 3 ? 4 : ${#errors[@]}))
fi
