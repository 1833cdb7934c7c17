#!/usr/bin/env bash
# From a folder of photos to weights like the released ones, for a GPU:
#   scripts/train_compact.sh --faces_dir=PHOTOS [--output_dir=runs/compact]
# Uses the python that is active. After an interruption the same command goes on.
set -euo pipefail

faces_dir=
output_dir=runs/compact
for argument in "$@"; do
  case "$argument" in
    --faces_dir=?*) faces_dir=${argument#*=} ;;
    --output_dir=?*) output_dir=${argument#*=} ;;
    *)
      echo "error: unknown argument $argument. Usage: $0 --faces_dir=PHOTOS [--output_dir=DIR]" >&2
      exit 2
      ;;
  esac
done
if [ -z "$faces_dir" ]; then
  echo "error: --faces_dir=PHOTOS is missing: the folder of photos to train on." >&2
  exit 2
fi
here=$(dirname "$0")
# Steps are taken one after the other; each leaves what it has done alone.
train() {
  python "$here/train.py" "--config=$here/../configs/$1" "--workdir=$output_dir/$2" \
    "--config.data_dir=$output_dir/data" "${@:3}"
}

echo "== 1/7 Dataset"
python "$here/build_dataset.py" --source=folder "--faces_dir=$faces_dir" --variants=12 \
  "--data_dir=$output_dir/data"
echo "== 2/7 Landmarker"
python "$here/build_dataset.py" --dataset=landmark_crops --source=folder \
  "--faces_dir=$faces_dir" "--data_dir=$output_dir/data_landmarks"
python "$here/train.py" "--config=$here/../configs/landmarker.py" \
  "--workdir=$output_dir/landmarker" "--config.data_dir=$output_dir/data_landmarks"
echo "== 3/7 Reconstruction"
train compact.py compact
echo "== 4/7 Sharpening"
# Each of the three has flaws of its own; their mean has few.
sharpen() { train sharpen.py "$1" "--config.init_from=$output_dir/compact" "${@:2}"; }
sharpen sharp_a
sharpen sharp_b --config.discriminator.scale=2
sharpen sharp_c --config.loss.adversarial_weight=1.0 --config.num_train_steps=3500
if ! [ -d "$output_dir/between/checkpoints" ]; then
  runs=$output_dir/compact,$output_dir/sharp_a,$output_dir/sharp_b,$output_dir/sharp_c
  python "$here/average.py" "--runs=$runs" --shares=0.1,0.3,0.3,0.3 \
    "--workdir=$output_dir/between"
fi
train sharpen.py polish "--config.init_from=$output_dir/between" \
  --config.optimizer.learning_rate.generator=2e-4 --config.discriminator.scale=2 \
  --config.discriminator.base_features=32 --config.num_train_steps=3000
echo "== 5/7 Faces that pass for photos"
train faces.py:gpu faces "--config.init_from=$output_dir/polish"
weights=$output_dir/weights.safetensors
echo "== 6/7 Weights in one file: $weights"
python "$here/release.py" "--workdir=$output_dir/faces" \
  "--landmarker_workdir=$output_dir/landmarker" "--output=$weights" \
  "--trained_by=scripts/train_compact.sh --faces_dir=$faces_dir"
echo "== 7/7 Evaluation on people not trained on"
python "$here/evaluate.py" "--weights=$weights" "--data_dir=$output_dir/data" \
  "--output_dir=$output_dir/evaluation" "--faces_dir=$faces_dir" --num_samples=4
echo
echo "Take masks off with: maskgan unmask --weights=$weights --input=..."
