//! The files of `examples/cluster`, as far as they can be tried without a cluster: the Slurm script with stand-ins for
//! Slurm's commands, and the commands of the Kubernetes jobs with the variables that they would find.
#![cfg(unix)]

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use yaml_rust2::{Yaml, YamlLoader};

mod support;

use support::audit::Audit;
use support::run_folder::{RunFolder, lines_on_record};

/// Eighty images of one case.
fn audit() -> Audit {
    let text = Audit::small().set("count", "80").set("draws", "100").text;
    Audit { text: text[..text.find("[[case]]\nname = \"defocus_blur\"").unwrap()].to_owned() }
}

/// A folder with the audit, and the records of an undivided run of it.
struct Site {
    folder: tempfile::TempDir,
    whole: RunFolder,
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let whole = support::certified(&audit(), folder.path());
        Self { folder, whole }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A command in the folder that finds `gsmooth`, and the programs in `bin`, as it would on a cluster.
    fn command(&self, program: &Path) -> Command {
        let settings: Vec<_> = support::plain_gsmooth()
            .get_envs()
            .map(|(name, value)| (name.to_owned(), value.map(ToOwned::to_owned)))
            .collect();
        let mut command = Command::new(program);
        for (name, value) in settings {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let path = std::env::var("PATH").unwrap_or_default();
        let (bin, built) = (self.path().join("bin"), support::profile_folder());
        command.current_dir(self.path());
        command.env("PATH", format!("{}:{}:{path}", bin.display(), built.display()));
        command
    }

    fn executable(&self, name: &str, text: &str) {
        let path = self.path().join("bin").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    }

    fn assert_merged(&self, folder: &str) {
        let merged = RunFolder(self.path().join(folder));
        for name in ["records.jsonl", "summary.json"] {
            assert_eq!(merged.text(name), self.whole.text(name), "{name}");
        }
    }
}

/// Runs the tasks of an array one after the other, or a job whose array ended well; writes down what it was asked.
const SBATCH: &str = r#"#!/usr/bin/env bash
echo "sbatch $*" >> calls
array= depends= wrap= rest=()
while [ "$#" -gt 0 ]; do
    case "$1" in
    --array=*) array=${1#--array=1-} ;;
    --dependency=afterok:*) depends=${1#--dependency=afterok:} ;;
    --wrap) wrap=$2; shift ;;
    --*) ;;
    *) rest+=("$1") ;;
    esac
    shift
done
if [ -n "$wrap" ]; then
    [ "$depends" = 42 ] && ! [ -e failed ] && sh -c "$wrap" > merger.out 2>&1
    echo '43;here'
    exit 0
fi
rm -f failed
for ((task = 1; task <= array; task++)); do
    # A copy, as the real one makes.
    cp "${rest[0]}" spooled
    SLURM_ARRAY_TASK_ID=$task SLURM_CPUS_PER_TASK=2 bash spooled "${rest[@]:1}" > "task-$task.out" 2>&1 || touch failed
done
echo '42;here'
"#;

/// Runs a step; kills that of the second task, the first time, once there is an image on record.
const SRUN: &str = r#"#!/usr/bin/env bash
[ "$SRUN_CPUS_PER_TASK" = 2 ] || exit 99
if [ "$SLURM_ARRAY_TASK_ID" != 2 ] || [ -e killed ]; then exec "$@"; fi
touch killed
"$@" &
until [ "$(cat out/run-shard-2-of-4/records.jsonl 2> /dev/null | wc -l)" -ge 2 ]; do sleep 0.01; done
kill -9 $!
wait $!
"#;

#[test]
fn the_slurm_script_shares_out_goes_on_and_merges() {
    let site = Site::new();
    site.executable("sbatch", SBATCH);
    site.executable("srun", SRUN);
    let script = support::repository().join("examples/cluster/slurm.sh");
    let hand_in = || {
        let mut command = site.command(&script);
        command.args(["audit.toml", "out/run", "4", "--partition=day"]).output().unwrap()
    };
    let said = hand_in();
    assert!(said.status.success(), "{}", support::stderr(&said));
    assert_eq!(String::from_utf8(said.stdout).unwrap(), "4 shards: job 42; merging: job 43\n");
    assert!(site.path().join("killed").exists() && site.path().join("failed").exists());
    let killed = lines_on_record(&site.path().join("out/run-shard-2-of-4"));
    assert!((2..21).contains(&killed), "{killed} of 21 lines of a task that was killed");
    assert!(!site.path().join("out/run").exists(), "nothing is merged after a failure");

    let said = hand_in();
    assert!(said.status.success(), "{}", support::stderr(&said));
    assert!(!site.path().join("failed").exists());
    site.assert_merged("out/run");
    let second = std::fs::read_to_string(site.path().join("task-2.out")).unwrap();
    assert!(second.contains("of 20 images are on record already"), "it went on: {second}");
    let calls = std::fs::read_to_string(site.path().join("calls")).unwrap();
    let options: Vec<&str> = calls.lines().filter(|line| line.contains("--partition=day")).collect();
    assert_eq!(options.len(), 4, "options go to every job: {calls}");
}

#[test]
fn the_slurm_script_says_how_it_is_used() {
    let site = Site::new();
    let script = support::repository().join("examples/cluster/slurm.sh");
    let said = site.command(&script).arg("audit.toml").output().unwrap();
    assert_eq!(said.status.code(), Some(2));
    assert!(support::stderr(&said).contains("AUDIT.toml OUTPUT SHARDS"));
}

/// A job of the YAML file: its specification and its one container.
struct Job {
    spec: Yaml,
    container: Yaml,
}

fn jobs() -> [Job; 2] {
    let path = support::repository().join("examples/cluster/kubernetes.yaml");
    let documents = YamlLoader::load_from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let jobs: Vec<Job> = documents
        .iter()
        .map(|job| {
            assert_eq!((job["apiVersion"].as_str(), job["kind"].as_str()), (Some("batch/v1"), Some("Job")));
            let containers = &job["spec"]["template"]["spec"]["containers"];
            assert_eq!(containers.as_vec().unwrap().len(), 1);
            Job { spec: job["spec"].clone(), container: containers[0].clone() }
        })
        .collect();
    jobs.try_into().unwrap_or_else(|jobs: Vec<Job>| panic!("{} jobs", jobs.len()))
}

impl Job {
    fn variable(&self, name: &str) -> Option<&str> {
        let variables = self.container["env"].as_vec().unwrap();
        variables.iter().find(|variable| variable["name"].as_str() == Some(name))?["value"].as_str()
    }

    /// The container's command with its variables, where the volume is a folder of this machine.
    fn command(&self, site: &Site) -> Command {
        let words =
            |key: &str| self.container[key].as_vec().unwrap().iter().map(|word| word.as_str().unwrap());
        let mut words = words("command").chain(words("args"));
        let mut command = site.command(&PathBuf::from(words.next().unwrap()));
        command.args(words);
        assert_eq!(self.container["volumeMounts"][0]["mountPath"].as_str(), Some("/work"));
        for variable in self.container["env"].as_vec().unwrap() {
            let (name, value) = (variable["name"].as_str().unwrap(), variable["value"].as_str().unwrap());
            // The cache is that of all tests.
            if name != "GSMOOTH_CACHE" {
                command.env(name, value.replacen("/work", &site.path().display().to_string(), 1));
            }
        }
        command
    }
}

#[test]
fn the_kubernetes_jobs_share_out_and_merge() {
    let (site, [certify, merge]) = (Site::new(), jobs());
    let shards = certify.spec["completions"].as_i64().unwrap();
    assert_eq!(certify.spec["completionMode"].as_str(), Some("Indexed"));
    assert_eq!(certify.spec["parallelism"].as_i64(), Some(shards));
    for job in [&certify, &merge] {
        assert_eq!(job.variable("SHARDS"), Some(shards.to_string().as_str()));
        let pod = &job.spec["template"]["spec"];
        assert_eq!(pod["restartPolicy"].as_str(), Some("Never"), "a policy for failures needs it");
        assert_eq!(pod["volumes"][0]["name"], job.container["volumeMounts"][0]["name"]);
        for rule in job.spec["podFailurePolicy"]["rules"].as_vec().unwrap() {
            let name = &rule["onExitCodes"]["containerName"];
            assert!(name.is_badvalue() || *name == job.container["name"]);
        }
    }
    assert_eq!(certify.variable("OUTPUT"), merge.variable("OUTPUT"));

    // The merging job is there first, and waits.
    let mut waiting = merge.command(&site).env("PAUSE", "0.1").stdout(Stdio::null()).spawn().unwrap();
    for index in 0..shards {
        let mut pod = certify.command(&site);
        let said = pod.env("JOB_COMPLETION_INDEX", index.to_string()).output().unwrap();
        assert_eq!(said.status.code(), Some(0), "{index}: {}", support::stderr(&said));
        if index + 1 < shards {
            assert!(waiting.try_wait().unwrap().is_none(), "too early");
        }
    }
    assert_eq!(waiting.wait().unwrap().code(), Some(0));
    site.assert_merged("runs/audit");
}
