#!/usr/bin/env bash
# The article's own recipe (blocks, a fixed rate, the last checkpoint) against what `run --tune` picks, both of 80
# updates, on replies of a later part of the chat that neither was trained on or chosen by; then the cures for word
# salad, one at a time.
#
#   tune_table.sh CHAT.csv LATER.csv PERSONA BASE OUT [--cures]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd -P)
kaiaku=${KAIAKU_TRAIN:-$here/../../../kaiaku-train}
chat=$1 later=$2 persona=$3 base=$4 out=$5 cures=${6:-}
sizes=(--max-steps 80 --seq-len 512 --batch-tokens 1152 --compute bf16 --seed 1)
mkdir -p "$out"

for rule in block session; do
  "$kaiaku" dataset build "$chat" --persona "$persona" --context $rule --out "$out/data-$rule"
  "$kaiaku" dataset build "$later" --persona "$persona" --context $rule --validation 0.99 --out "$out/test-$rule"
  # Style and copies are measured against what was learned from.
  cp "$out/data-$rule/train.jsonl" "$out/test-$rule/train.jsonl"
done

train() { # NAME DATA OPTIONS
  [ -e "$out/$1/adapter" ] || "$kaiaku" train --base "$base" --data "$2" --out "$out/$1" "${sizes[@]}" "${@:3}"
}

train article "$out/data-block" --lr 2e-4 --schedule constant --warmup 0 --eval-every 80 --patience 0
"$kaiaku" run "$chat" --persona "$persona" --base "$base" --out "$out/tuned" "${sizes[@]}" --tune --tune-budget 60m \
  --json >"$out/tuned.json"
picked=$(python3 -c '
import json, sys
pick = json.load(open(sys.argv[1]))
print("@{tuned_strength}@{tuned_temperature}@{tuned_min_p}".format(**pick))' "$out/tuned.json")
runs=("$out/article" "$out/tuned/run" "$out/tuned/run$picked")

if [ "$cures" = --cures ]; then
  for variant in context=3 score=1 length=1; do
    [ -e "$out/data-$variant" ] || python3 "$here/ablate_data.py" "$out/data-session" "$out/data-$variant" $variant
    train "cure-$variant" "$out/data-$variant" --lr 1e-3 --eval-every 20
  done
  train none "$out/data-session" --lr 1e-3 --eval-every 20
  train cure-alpha "$out/data-session" --lr 1e-3 --eval-every 20 --alpha 16
  runs+=("$out/none" "$out"/cure-*)
fi

"$kaiaku" bench arms "${runs[@]}" --block "$out/test-block" --session "$out/test-session" --predict 600 --replies 400
