#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# digits_rejects.sh DIGITS: what the digits example says of wrong arguments and damaged data. Every
# case must end with code 2 and a line that names what is wrong.
digits=$1
data=$(dirname "$0")/data/digits.csv.gz
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
failed=0

rejects() {  # what the message must hold, arguments
  local wanted=$1 said code
  shift
  said=$("$digits" "$@" 2>&1 >/dev/null)
  code=$?
  if [ $code -eq 2 ] && [[ $said == "digits: "*"$wanted"* ]]; then return; fi
  echo "digits $*: code $code instead of 2, or no \"$wanted\" in: $said"
  failed=1
}

rejects 'unknown argument "--nope"' --nope
rejects "--json needs a file's name" --json
rejects "cannot be written" --json "$folder/none/figures.json"
rejects "cannot be opened" --data "$folder/none"

head -c 30000 "$data" >"$folder/short.gz"
rejects "unexpected end of file" --data "$folder/short.gz"
{ head -c 40000 "$data"; printf '\377\377'; tail -c +40003 "$data"; } >"$folder/flipped.gz"
rejects "the file cannot be read" --data "$folder/flipped.gz"

zcat "$data" | sed '7s/^0,/17,/' >"$folder/grey.csv"
rejects 'line 7: field 1 is "17" instead of a number from 0 to 16' --data "$folder/grey.csv"
zcat "$data" | sed '8s/,[0-9]*$/,x/' >"$folder/class.csv"
rejects 'line 8: field 65 is "x" instead of a number from 0 to 9' --data "$folder/class.csv"
zcat "$data" | sed '9s/,[0-9]*$//' >"$folder/narrow.csv"
rejects "line 9: the line does not have 65 fields" --data "$folder/narrow.csv"
zcat "$data" | sed '9s/$/,1/' >"$folder/wide.csv"
rejects "line 9: the line does not have 65 fields" --data "$folder/wide.csv"
zcat "$data" | head -n 99 >"$folder/few.csv"
rejects "99 digits are too few" --data "$folder/few.csv"
exit $failed
