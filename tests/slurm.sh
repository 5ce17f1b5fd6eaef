#!/usr/bin/env bash
# A sweep on a real SLURM of one node: bash tests/slurm.sh [SCRATCH]
#
# Debian's packages are fetched and unpacked into SCRATCH (nothing is installed), the daemons listen on loopback only, and all
# of it is gone at the end. A shard is requeued in mid-sweep; the merge must be the sweep of one process. Not part of CI.
# Needs Debian or Ubuntu with `apt-get update` done, and cogov on the PATH (or PYTHON=... that can `import cogov`).
set -euo pipefail
scratch=$(realpath -m "${1:-$(mktemp -d)}")
python=${PYTHON:-python3}
mkdir -p "$scratch"/{debs,root,state,spool,bin,work}
cd "$scratch"

echo "== packages"
(cd debs && apt-get -qq -o APT::Sandbox::User=root download slurmctld slurmd slurm-client slurm-wlm-basic-plugins munge libmunge2 libhwloc15 liblua5.1-0)
for deb in debs/*.deb; do dpkg -x "$deb" root; done
lib=$scratch/root/usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || gcc -print-multiarch 2>/dev/null || echo x86_64-linux-gnu)
export LD_LIBRARY_PATH=$lib:$lib/slurm-wlm SLURM_CONF=$scratch/slurm.conf PATH=$scratch/bin:$scratch/root/usr/bin:$PATH

echo "== one node"
node=$(hostname -s) user=$(id -un) cpus=$(nproc)
read -r ctl_port slurmd_port < <("$python" -c 'import socket; s = [socket.create_server(("127.0.0.1", 0)) for _ in "12"]; print(*(x.getsockname()[1] for x in s))')
cat > slurm.conf <<CONF
ClusterName=one
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=$ctl_port
SlurmdPort=$slurmd_port
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
AuthType=auth/none
CredType=cred/none
SlurmUser=$user
SlurmdUser=$user
PluginDir=$lib/slurm-wlm
StateSaveLocation=$scratch/state
SlurmdSpoolDir=$scratch/spool
SlurmctldPidFile=$scratch/slurmctld.pid
SlurmdPidFile=$scratch/slurmd.pid
SlurmctldLogFile=$scratch/slurmctld.log
SlurmdLogFile=$scratch/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
ReturnToService=2
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
MinJobAge=300
NodeName=$node NodeAddr=127.0.0.1 CPUs=$cpus RealMemory=$(free -m | awk '/^Mem/ {print int($2 * 0.9)}') State=UNKNOWN
PartitionName=all Nodes=$node Default=YES MaxTime=INFINITE State=UP
CONF

daemons=()
finish() {
    timeout 5 scancel --user="$user" 2>/dev/null && sleep 2 || true
    for pid in "${daemons[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
}
trap finish EXIT
root/usr/sbin/slurmctld-wlm -D -c >ctl.out 2>&1 & daemons+=($!)
root/usr/sbin/slurmd-wlm -D -c -d "$scratch/root/usr/sbin/slurmstepd-wlm" >slurmd.out 2>&1 & daemons+=($!)
patient() { # SECONDS WORDS...: until they succeed
    local left=$1
    shift
    until "$@" >/dev/null 2>&1; do
        left=$((left - 1))
        if [ "$left" -le 0 ]; then echo "not within time: $*" >&2; tail -n 20 "$scratch"/*.log "$scratch"/*.out >&2; exit 1; fi
        sleep 1
    done
}
patient 30 bash -c "sinfo -h -o %T | grep -qx idle"
sinfo

echo "== a sweep in two shards"
printf '#!/bin/sh\nexec %q -m cogov "$@"\n' "$(command -v "$python")" > bin/cogov
chmod +x bin/cogov
cd work
cat > "as asked.toml" <<'TOML'
name = "asked"
cases = ["wuzi_yard"]
days = 60
replicates = 1000
keep = []
[[arm]]
name = "as it is"
[[arm]]
name = "watched"
on = ["grid_patrol"]
TOML
cogov cluster slurm "as asked.toml" --shards 2 --cpus 1 --results "the results" --out asked.sh
bash asked.sh | tee submitted
merge=$(awk '/^Submitted batch job/ {print $4}' submitted)
patient 120 bash -c "ls 'the results/shard-1/runs' | grep -q parquet"
array=$(squeue -h -n asked -o %F | sort -u)
echo "requeued in mid-sweep: ${array}_1"
scontrol requeue "${array}_1"
squeue -r
patient 300 bash -c "scontrol show job $merge | grep -Eq 'JobState=(COMPLETED|FAILED|CANCELLED)'"
scontrol show job "$merge" | grep -q JobState=COMPLETED || { scontrol show job; cat ./*.log; exit 1; }
grep -h "were done before" asked-*-1.log

echo "== the same as on one process"
cogov verify "the results"
cogov sweep "as asked.toml" --out whole --workers 0
"$python" - <<'PY'
from cogov.experiments.sweep.results import results

one, many = results("whole"), results("the results")
assert len(one.ledger) == len(many.ledger) == 2000 and one.digest() == many.digest(), "they differ"
print("2,000 runs, the same digest:", one.digest())
PY
