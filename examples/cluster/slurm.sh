#!/usr/bin/env bash
# Certifies an audit on a Slurm cluster: an array of tasks, each of them a shard, and a job that merges them once all are
# complete. Run it on a login node, in the folder that the audit's `output` is meant for:
#
#   slurm.sh AUDIT.toml OUTPUT SHARDS [OPTION OF SBATCH]...
#
# The same command goes on where an earlier one was stopped; shards that are complete end at once. GSMOOTH names the
# executable, if it is not in PATH.
#SBATCH --job-name=gsmooth
#SBATCH --array=1-8
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=4
#SBATCH --mem=8G
#SBATCH --time=12:00:00
# A task whose node fails, or that has to make room, is queued again, and goes on.
#SBATCH --requeue
#SBATCH --open-mode=append
# Two minutes before its time is over a task ends the images under way and stops.
#SBATCH --signal=TERM@120
set -euo pipefail

[ "$#" -ge 3 ] || { echo "usage: $0 AUDIT.toml OUTPUT SHARDS [OPTION OF SBATCH]..." >&2; exit 2; }
audit=$1 output=$2 shards=$3
shift 3
gsmooth=${GSMOOTH:-gsmooth}

# A task of the array.
if [ -n "${SLURM_ARRAY_TASK_ID:-}" ]; then
    shard=$SLURM_ARRAY_TASK_ID
    # What the task has is for the one step in it: srun no longer takes that for granted.
    export SRUN_CPUS_PER_TASK=${SLURM_CPUS_PER_TASK:-1}
    code=0
    srun "$gsmooth" certify "$audit" --shard "$shard/$shards" --output "$output-shard-$shard-of-$shards" || code=$?
    # 5: some images ended in an error. They count as not certified, and merging says so again.
    [ "$code" -ne 5 ] || code=0
    exit "$code"
fi

# Otherwise this hands in the array, and the job that waits for it.
array=$(sbatch --parsable --array="1-$shards" "$@" "$0" "$audit" "$output" "$shards")
array=${array%%;*}
folders=()
for ((shard = 1; shard <= shards; shard++)); do
    folders+=("$output-shard-$shard-of-$shards")
done
printf -v merge '%q ' "$gsmooth" merge "${folders[@]}" --output "$output"
merger=$(sbatch --parsable --job-name=gsmooth-merge --dependency="afterok:$array" --kill-on-invalid-dep=yes "$@" --wrap "$merge")
echo "$shards shards: job $array; merging: job ${merger%%;*}"
