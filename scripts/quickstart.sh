#!/usr/bin/env bash
# The whole job on a small scale: dataset, training, evaluation, two photos.
#   scripts/quickstart.sh [--faces_dir=PHOTOS] [--output_dir=runs/quickstart]
# Without --faces_dir the faces are painted: a smoke run, not a result.
set -euo pipefail
caller=$PWD
cd "$(dirname "$0")/.."

faces_dir=
output_dir=
for argument in "$@"; do
  case "$argument" in
    --faces_dir=/*) faces_dir=${argument#*=} ;;
    --faces_dir=?*) faces_dir=$caller/${argument#*=} ;;
    --output_dir=*) output_dir=${argument#*=} ;;
    *)
      echo "error: unknown argument $argument. Usage: $0 [--faces_dir=PHOTOS] [--output_dir=DIR]" >&2
      exit 2
      ;;
  esac
done
if [ -n "$faces_dir" ]; then
  source=(--source=folder "--faces_dir=$faces_dir")
  output_dir=${output_dir:-runs/quickstart_$(basename "$faces_dir")}
else
  source=(--source=sample_faces)
  output_dir=${output_dir:-runs/quickstart}
fi

./scripts/setup.sh
python=.venv/bin/python
export TF_CPP_MIN_LOG_LEVEL=2

echo "== 1/4 Dataset"
$python scripts/build_dataset.py "${source[@]}" --image_size=64 --data_dir="$output_dir/data"
echo "== 2/4 Training"
$python scripts/train.py --config=configs/quickstart.py --workdir="$output_dir/run" \
  --config.data_dir="$output_dir/data"
echo "== 3/4 Evaluation on people not trained on"
$python scripts/evaluate.py --workdir="$output_dir/run" --output_dir="$output_dir/evaluation"
echo "== 4/4 Two real photos (public domain), masks drawn on and taken off by the released weights"
$python scripts/demo.py --output_dir="$output_dir/photos"

echo
echo "Look at:"
find "$output_dir/evaluation/figures" "$output_dir/photos" \( -name '*.png' -o -name '*.jpg' \) | sort | sed 's/^/  /'
