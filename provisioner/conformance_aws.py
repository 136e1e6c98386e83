"""What every engine for AWS must do, run on two fresh labs: `taller engine check emulated`.

See `provisioner.conformance` for checks and gaps. The checks speak of an account, its grader and its candidate, not of
how an engine makes them.
"""

import subprocess
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from botocore.exceptions import ClientError

from labs.core.aws import AwsAdmin, AwsCall
from labs.core.awssystem import AwsSystem, Step
from labs.core.errors import InputError, TallerError
from labs.core.ids import new_lab_id
from labs.core.ports import Engine, SandboxSpec
from labs.core.probes import WORKSPACE
from provisioner.aws.access import USER
from provisioner.aws.client import AwsClient
from provisioner.aws.errors import AwsError
from provisioner.aws.system import deploy
from provisioner.cell.incell import place
from provisioner.conformance import DoesNotHoldError, Outcome, State, expect, outcome_of
from provisioner.conformance_aws_lab import BUCKETS, COMMAND_SECONDS, FILE, Pair, account
from provisioner.inventory import host_inventory

ABSENT_KEY = {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "nobody's"}

KNOWN_GAPS: Mapping[str, Mapping[str, str]] = {
    "emulated": {},
    "account": {
        "two labs are apart": "an account holds one lab at a time: there is no other",
        "a candidate's command runs beside the account": "the candidate works from a machine of their own",
        "the candidate has a workspace": "it is a cell's: scenarios with files need an emulated account",
    },
}


def account_is_the_labs_own(pair: Pair) -> None:
    """Grader and candidate are in the account that the engine named, and no other lab is."""
    for lab in (pair.one, pair.two):
        who = lab.as_candidate().call(AwsCall("sts", "GetCallerIdentity"))
        arn = f"arn:aws:iam::{lab.admin.account}:user/{USER}"
        expect("the candidate", (who["Account"], who["Arn"]), (lab.admin.account, arn))
        expect("the grader's account", lab.sandbox.aws.account, lab.admin.account)
        expect("the role's account", lab.role.split(":")[4], who["Account"])
    if pair.one.admin.account == pair.two.admin.account:
        raise DoesNotHoldError("both labs have the same account")


def second_create_is_the_same(pair: Pair) -> None:
    """`create` of a living lab changes nothing."""
    expect("handle", pair.one.engine.create(SandboxSpec(pair.one.lab)), pair.one.handle)
    expect("is_alive", pair.one.engine.is_alive(pair.one.lab), wanted=True)
    expect("buckets", pair.one.buckets, [pair.one.names["Papers"]])


def systems_are_made(pair: Pair) -> None:
    """A template's resources, its outputs, and what steps make and keep."""
    names, client = pair.one.names, pair.one.sandbox.client
    expect("output", names["Bucket"], names["Papers"])
    tags = client.call(AwsCall("s3", "GetBucketTagging", {"Bucket": names["Papers"]}))["TagSet"]
    expect("tag", [each["Value"] for each in tags if each["Key"] == "made-by"], ["template"])
    expect("queues", client.call(AwsCall("sqs", "ListQueues"))["QueueUrls"], [names["Queue"]])
    expect("queue's name", names["Queue"].rpartition("/")[2], f"work-{names['Papers']}")


def bad_systems_are_told(pair: Pair) -> None:
    """A step that AWS refuses is named with AWS's word for it; so is a name that nothing has."""
    taken = Step("again", "iam", "CreateUser", {"UserName": USER})
    said = _trouble(lambda: deploy(pair.one.sandbox.client, AwsSystem("bad", steps=(taken,))), AwsError)
    expect("the step and AWS's word", [word in said for word in ("step again", "EntityAlreadyExists")], [True, True])
    unknown = Step("lost", "sqs", "CreateQueue", {"QueueName": "${nothing}"})
    said = _trouble(lambda: deploy(pair.one.sandbox.client, AwsSystem("bad", steps=(unknown,))), InputError)
    expect("the name is told", "nothing" in said, wanted=True)


def policies_bind_the_candidate(pair: Pair) -> None:
    """What is allowed works; what is not, and what is denied, is refused as AWS does."""
    candidate, bucket = pair.one.as_candidate(), pair.one.names["Papers"]
    expect("allowed", candidate.ask(BUCKETS).error_code, "")
    instance = {"ImageId": "ami-1", "MinCount": 1, "MaxCount": 1}
    for call, wanted in (
        (AwsCall("iam", "CreateAccessKey", {"UserName": USER}), "AccessDenied"),
        (AwsCall("ec2", "RunInstances", instance), "UnauthorizedOperation"),
        (AwsCall("s3", "DeleteBucket", {"Bucket": bucket}), "AccessDenied"),
    ):
        expect(str(call), candidate.ask(call).error_code, wanted)


def roles_bind_their_sessions(pair: Pair) -> None:
    """Who takes a role has the role's rights, and not their own: the grader too, when a check asks for it."""
    arn, session = pair.one.role, pair.one.in_role()
    queues = AwsCall("sqs", "ListQueues")
    for ask in (session.ask, lambda call: pair.one.sandbox.aws.ask(call, as_role=arn)):
        expect("the role's right", ask(queues).error_code, "")
        expect("not the role's", ask(BUCKETS).error_code, "AccessDenied")


def strangers_are_refused(pair: Pair) -> None:
    """Keys that the account does not know, and right ones with a wrong secret, get nothing."""
    nobody = AwsClient(pair.one.as_candidate().admin, keys=ABSENT_KEY)
    expect("an unknown key", nobody.ask(BUCKETS).error_code, "InvalidAccessKeyId")
    forged = {"AccessKeyId": pair.one.environment["AWS_ACCESS_KEY_ID"], "SecretAccessKey": "guessed"}
    expect("a wrong secret", AwsClient(nobody.admin, keys=forged).ask(BUCKETS).error_code, "SignatureDoesNotMatch")


def labs_are_apart(pair: Pair) -> None:
    """One lab's credentials are refused in the other's account, and its shell does not even reach it."""
    expect("the other's account", pair.one.as_candidate(pair.two.admin).ask(BUCKETS).error_code, "InvalidAccessKeyId")
    expect("the other's buckets", pair.two.buckets, [pair.two.names["Papers"]])
    for lab, other in ((pair.one, pair.two), (pair.two, pair.one)):
        expect("the other's endpoint", lab.dials(other.admin.endpoint), wanted=False)
        expect("the own endpoint", lab.dials(lab.admin.endpoint), wanted=True)


def graders_only_read(pair: Pair) -> None:
    """A check that asks for a change is refused before it is asked of AWS."""
    _trouble(lambda: pair.one.sandbox.aws.ask(AwsCall("s3", "CreateBucket", {"Bucket": "made-by-a-check"})), InputError)
    expect("buckets", pair.one.buckets, [pair.one.names["Papers"]])


def command_in_cell_is_the_candidates(pair: Pair) -> None:
    """The aws command and boto3 are the candidate in a shell, which is nobody special; its exit code comes back."""
    python = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"
    done = pair.one.shell(
        f'id -u; aws sts get-caller-identity --query Arn --output text; python3 -c "{python}"; exit 9'
    )
    arn = f"arn:aws:iam::{pair.one.admin.account}:user/{USER}"
    expect("exit code", done.returncode, 9)
    uid, *arns = done.stdout.split()
    expect("is root", uid == "0", wanted=False)
    expect("who", arns, [arn, arn])


def workspace_is_the_candidates(pair: Pair) -> None:
    """Files that are placed are the candidate's to change, stay from shell to shell, and the grader sees the change."""
    folder, _, name = FILE.partition("/")
    place(pair.one.in_cell, folder, {name: "# placed\n"})
    expect("changed", pair.one.shell(f"echo '# changed' >> {WORKSPACE}/{FILE}").returncode, 0)
    expect("the candidate's", pair.one.shell(f"cat {WORKSPACE}/{FILE}").stdout, "# placed\n# changed\n")
    expect("the grader's", pair.one.seen_file, "# placed\n# changed\n")
    expect("another lab's", pair.two.shell(f"ls -A {WORKSPACE}").stdout, "")


def freeze_ends_credentials(pair: Pair) -> None:
    """Keys, sessions and open shells have ended; the grader reads on, takes roles and sees the workspace."""
    lab = pair.one
    arn, candidate, session = lab.role, lab.as_candidate(), lab.in_role()
    argv = list(lab.in_cell(["bash", "-c", "echo open; exec sleep 600"]))
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as shell:
        expect("the shell", shell.stdout.readline() if shell.stdout else "", "open\n")
        for _ in range(2):  # idempotent
            lab.sandbox.freeze()
            lab.engine.end_commands(lab.lab)
        expect("the shell ended well", shell.wait(COMMAND_SECONDS) == 0, wanted=False)
    for who, client, call in (("the key", candidate, BUCKETS), ("the session", session, AwsCall("sqs", "ListQueues"))):
        expect(f"{who} is refused", bool(client.ask(call).error_code), wanted=True)
    expect("the grader's buckets", lab.buckets, [lab.names["Papers"]])
    expect("the grader in a role", lab.sandbox.aws.ask(AwsCall("sqs", "ListQueues"), as_role=arn).error_code, "")
    expect("the grader's view of files", lab.seen_file, "# placed\n# changed\n")
    expect("the other lab's candidate", pair.two.as_candidate().ask(BUCKETS).error_code, "")


def destroy_leaves_nothing(pair: Pair) -> None:
    """A lab goes, twice, without a trace; the other lives on. One of the same name is another account, and empty."""
    engine, lab = pair.one.engine, pair.one.lab
    for _ in range(2):
        engine.destroy(lab)
    expect("is_alive", engine.is_alive(lab), wanted=False)
    expect("left on the host", [f"{e.kind} {e.name}" for e in host_inventory() if e.lab == lab], [])
    expect("the other lab is alive", engine.is_alive(pair.two.lab), wanted=True)
    expect("its buckets", pair.two.buckets, [pair.two.names["Papers"]])
    again = AwsClient(AwsAdmin.from_json(engine.create(SandboxSpec(lab)).admin))
    expect("the same account", again.admin.account == pair.one.admin.account, wanted=False)
    expect("buckets", again.call(BUCKETS).get("Buckets", []), [])
    for each in (lab, pair.two.lab):
        engine.destroy(each)
        expect("left on the host", [f"{e.kind} {e.name}" for e in host_inventory() if e.lab == each], [])


CHECKS: Sequence[tuple[str, Callable[[Pair], None]]] = (
    ("the account is the lab's own", account_is_the_labs_own),
    ("a second create returns the same lab", second_create_is_the_same),
    ("CloudFormation and steps make a system", systems_are_made),
    ("a system that cannot be made is told", bad_systems_are_told),
    ("policies bind the candidate", policies_bind_the_candidate),
    ("roles bind their sessions", roles_bind_their_sessions),
    ("strangers are refused", strangers_are_refused),
    ("two labs are apart", labs_are_apart),
    ("graders only read", graders_only_read),
    ("a candidate's command runs beside the account", command_in_cell_is_the_candidates),
    ("the candidate has a workspace", workspace_is_the_candidates),
    ("freezing ends credentials, and grading goes on", freeze_ends_credentials),
    ("destroy leaves nothing", destroy_leaves_nothing),
)


def check_engine(engine: Engine, *, told: Callable[[Outcome], None] = lambda _: None) -> Sequence[Outcome]:
    """Return what became of every check, on two labs that are gone afterwards.

    Of an engine whose labs cannot be had by `create` alone (a real account), the checks are skipped, and say why.
    Raises HostError when the host cannot run the labs and InfrastructureError when they do not come up.
    """
    if engine.name == "account":
        return _skipped(engine, told)
    names = [new_lab_id("conformance") for _ in range(2)]
    outcomes = []
    try:
        with ThreadPoolExecutor(len(names)) as pool:
            pair = Pair(*pool.map(lambda lab: account(engine, lab), names))
        for name, check in CHECKS:
            gap = KNOWN_GAPS.get(engine.name, {}).get(name, "")
            outcomes.append(outcome_of(name, partial(_checked, check, pair), gap=gap))
            told(outcomes[-1])
    finally:
        for lab in names:
            engine.destroy(lab)
    return outcomes


def _checked(check: Callable[[Pair], None], pair: Pair) -> None:
    """The check holds. Raises DoesNotHoldError too when AWS refuses what it must not."""
    try:
        check(pair)
    except ClientError as error:
        raise DoesNotHoldError(str(error)) from error


def _skipped(engine: Engine, told: Callable[[Outcome], None]) -> Sequence[Outcome]:
    why = " ".join(engine.problems()) or (
        "Labs in a real account are made by a person who names it (taller up --engine account), one at a time."
    )
    gaps = KNOWN_GAPS.get(engine.name, {})
    outcomes = [
        Outcome(name, State.GAP if name in gaps else State.SKIPPED, 0.0, gaps.get(name, why)) for name, _ in CHECKS
    ]
    for each in outcomes:
        told(each)
    return outcomes


def _trouble(work: Callable[[], object], kind: type[TallerError]) -> str:
    """What the error says. Raises DoesNotHoldError when there is none of that kind."""
    try:
        work()
    except kind as error:
        return error.message
    raise DoesNotHoldError(f"nothing was refused with {kind.__name__}")
