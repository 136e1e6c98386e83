import pytest

from grading.iam_organization import RCP, SCP, organization_of
from grading.iam_sides import Lab
from labs.core.errors import UnreachableError
from tests.unit.grading.fake_aws import OTHER, OWN, STRANGER, FakeAws, deny


def test_an_account_may_be_in_no_organization() -> None:
    organization = organization_of(FakeAws())
    assert (organization.id, organization.management_account, organization.accounts) == ("", "", frozenset({OWN}))
    assert (organization.levels(OWN, SCP), organization.entity_path(OWN)) == ((), "")


def test_levels_go_from_the_root_down() -> None:
    aws = FakeAws()
    aws.organization(unit=[deny("s3:*")])
    organization = organization_of(aws)
    levels = organization.levels(OTHER, SCP)
    assert [(level.name, len(level.policies)) for level in levels] == [("Root", 1), ("Work", 2), (OTHER, 1)]
    assert organization.entity_path(OTHER) == "o-1/r-1/ou-1/"
    assert organization.entity_path(OWN) == "o-1/r-1/"
    assert (organization.levels(STRANGER, SCP), organization.entity_path(STRANGER)) == ((), "")


def test_it_is_asked_where_it_may_be_read() -> None:
    """Only the management account may list parents and policies."""
    aws = FakeAws(account=OTHER)
    organization = {"Organization": {"Id": "o-1", "MasterAccountId": OWN}}
    aws.put("organizations", "DescribeOrganization", organization)
    aws.put("organizations", "ListAccounts", {"Accounts": [{"Id": OWN}, {"Id": OTHER}]}, account=OWN)
    aws.put("organizations", "ListParents", {"Parents": [{"Id": "r-1", "Type": "ROOT"}]}, account=OWN, ChildId=OTHER)
    assert organization_of(aws).entity_path(OTHER) == "o-1/r-1/"


def test_somebody_elses_organization_is_left_out() -> None:
    aws = FakeAws()
    organization = {"Organization": {"Id": "o-1", "MasterAccountId": STRANGER}}
    aws.put("organizations", "DescribeOrganization", organization)
    aws.refuse("organizations", "ListAccounts", "AccessDeniedException", account=STRANGER)
    found = organization_of(aws)
    assert (found.id, found.accounts, found.levels(OWN, SCP), found.entity_path(OWN)) == (
        "o-1",
        frozenset({OWN}),
        (),
        "",
    )
    assert Lab(aws, found).membership(OWN, "Principal") == {"aws:PrincipalOrgID": "o-1"}
    aws.put("organizations", "DescribeOrganization", {"Organization": {"Id": "o-1", "MasterAccountId": OWN}})
    aws.refuse("organizations", "ListAccounts", "AccessDeniedException")
    with pytest.raises(UnreachableError):
        organization_of(aws)


@pytest.mark.parametrize(("is_enabled", "levels"), [(True, 3), (False, 0)])
def test_no_policy_at_all_says_that_the_kind_is_off_or_that_nothing_is_allowed(
    *, is_enabled: bool, levels: int
) -> None:
    aws = FakeAws()
    aws.organization()
    for target in ("r-1", "ou-1", OTHER):
        aws.attach(target, SCP)
    types = [{"Type": SCP, "Status": "ENABLED"}] if is_enabled else []
    aws.put("organizations", "ListRoots", {"Roots": [{"Id": "r-1", "PolicyTypes": types}]})
    assert len(organization_of(aws).levels(OTHER, SCP)) == levels
    assert organization_of(aws).levels(OTHER, RCP) == ()
