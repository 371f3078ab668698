"""Who is answerable for the change of the weight (DOMAIN B58): everything that differs, each once, and the sum is exact."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencdi.knowledge.attribution import Mover, attribute, movers_between, with_movers
from opencdi.knowledge.grouper import CodedDiagnosis, GrouperClaim, group
from opencdi.knowledge.weights import weight_of

FIRSTS = ["A419", "J189", "J441", "N390", "I110", "S72001A", "I214"]
SECOND = ["J9601", "N179", "G9341", "E43", "E871", "D62", "I5033", "R6520", "L89153", "E440", "J690", "N390", "E876", "I10", "Z66"]
PROCEDURES = ["5A1955Z", "5A1945Z", "0SR90JZ", "02HV33Z", "0QS604Z", "4A023N7"]


def claim(principal: str, *secondary: str, procedures: tuple[str, ...] = (), status: int = 1, version: int = 431) -> GrouperClaim:
    told = tuple(CodedDiagnosis(code, "Y") for code in secondary)
    return GrouperClaim(version, 70, "F", status, CodedDiagnosis(principal, "Y"), told, procedures)


def claims() -> st.SearchStrategy[GrouperClaim]:
    diagnoses = st.lists(
        st.builds(CodedDiagnosis, st.sampled_from(SECOND), st.sampled_from("YN")), max_size=6, unique_by=lambda one: one.code
    )
    return st.builds(
        GrouperClaim, st.sampled_from([430, 431]), st.sampled_from([40, 70]), st.just("F"), st.sampled_from([1, 2, 20]),
        st.builds(CodedDiagnosis, st.sampled_from(FIRSTS), st.just("Y")), diagnoses.map(tuple),
        st.lists(st.sampled_from(PROCEDURES), max_size=2, unique=True).map(tuple), st.just("NOT_EXEMPT"),
    ).map(lambda told: told._replace(secondary=tuple(one for one in told.secondary if one.code != told.principal.code)))  # fmt: skip


def shares(before: GrouperClaim, after: GrouperClaim) -> dict[tuple[str, str], int]:
    told = attribute(before, after)
    assert told is not None
    return {(one.mover.kind, one.mover.code): one.ten_thousandths for one in told.shares}


@settings(max_examples=150, deadline=None)
@given(claims(), claims())
def test_the_shares_sum_exactly_to_the_change_of_weight(before: GrouperClaim, after: GrouperClaim) -> None:
    told = attribute(before, after)
    assert told is not None
    was, now = (weight_of(group(one).drg, 2026) for one in (before, after))
    assert was is not None
    assert now is not None
    assert (
        sum(share.ten_thousandths for share in told.shares)
        == told.ten_thousandths
        == round(now.weight * 10_000) - round(was.weight * 10_000)
    )


@settings(max_examples=150, deadline=None)
@given(claims(), claims())
def test_all_that_differs_moves_the_first_claim_into_the_last(before: GrouperClaim, after: GrouperClaim) -> None:
    everything = with_movers(before, after, frozenset(movers_between(before, after)))
    assert everything._replace(secondary=(), procedures=()) == after._replace(secondary=(), procedures=())
    assert (set(everything.secondary), set(everything.procedures)) == (set(after.secondary), set(after.procedures))
    assert with_movers(before, after, frozenset()) == before
    assert (movers_between(before, after) == ()) == (everything == before)


def worth(before: GrouperClaim, after: GrouperClaim, moved: frozenset[Mover]) -> int:
    row = weight_of(group(with_movers(before, after, moved)).drg, 2026)
    return round(row.weight * 10_000) if row else 0


@settings(max_examples=60, deadline=None)
@given(claims(), claims())
def test_who_does_the_same_gets_the_same_and_who_does_nothing_gets_nothing(before: GrouperClaim, after: GrouperClaim) -> None:
    told = attribute(before, after)
    assert told is not None
    movers = [share.mover for share in told.shares]
    if not 2 <= len(movers) <= 5:
        return
    some = [frozenset(chosen) for size in range(len(movers) + 1) for chosen in combinations(movers, size)]
    value = {chosen: worth(before, after, chosen) for chosen in some}
    got = {share.mover: share.ten_thousandths for share in told.shares}
    for one in movers:
        if all(value[chosen | {one}] == value[chosen] for chosen in some):
            assert got[one] == 0
    for one, other in combinations(movers, 2):
        if all(value[chosen | {one}] == value[chosen | {other}] for chosen in some if not chosen & {one, other}):
            assert abs(got[one] - got[other]) <= 1, "a ten-thousandth cannot be halved"


def test_two_mccs_of_which_one_is_enough_share_alike() -> None:
    told = shares(claim("A419"), claim("A419", "J9601", "G9341"))
    one, other = told[("secondary added", "J9601")], told[("secondary added", "G9341")]
    assert one + other == round((1.9425 - 1.0233) * 10_000)
    assert abs(one - other) <= 1, "a ten-thousandth cannot be halved"


def test_what_never_matters_gets_nothing() -> None:
    told = shares(claim("A419"), claim("A419", "R6520", "J9601", "I10"))
    assert told == {("secondary added", "R6520"): 0, ("secondary added", "J9601"): 9192, ("secondary added", "I10"): 0}


def test_the_principal_diagnosis_and_what_steps_behind_it_are_one() -> None:
    assert movers_between(claim("N390", "B9620"), claim("A4151", "N390", "B9620")) == (Mover("principal", "A4151"),)
    assert movers_between(claim("N390"), claim("A4151")) == (Mover("principal", "A4151"),)
    told = shares(claim("J189"), claim("A403", "J189", "J9601"))
    assert set(told) == {("principal", "A403"), ("secondary added", "J9601")}
    assert all(told.values())


def test_procedures_disposition_and_poa_are_answerable_too() -> None:
    assert shares(claim("A419"), claim("A419", procedures=("5A1955Z",))) == {
        ("procedure added", "5A1955Z"): round((6.9118 - 1.0233) * 10_000)
    }
    died = shares(claim("I214"), claim("I214", status=20))
    assert set(died) == {("disposition", "")}
    assert died["disposition", ""] < 0, "282 -> 285: who dies of an infarction stays less long"
    was, now = claim("N390", "L89153"), claim("N390", "L89153").poa_as("N", "L89153")
    told = shares(was, now)
    assert set(told) == {("poa", "L89153")}
    assert told["poa", "L89153"] < 0, "a hospital-acquired condition: 689 -> 690"


def test_more_than_can_be_ordered_go_by_their_documentation() -> None:
    """Of a dozen codes those that do nothing are laid aside first; what is left is few again."""
    idle = ("I10", "Z66", "E876", "E039", "E785", "K219", "Z87891", "M109", "N400")
    few = attribute(claim("A419"), claim("A419", *idle[:-1], "J9601", "G9341"))
    assert few is not None
    assert few.method == "shapley"
    many = ("J9601", "G9341", "N170", "J690", "E43", "I5033", "K7200", "D65", "I214")
    told = attribute(claim("A419"), claim("A419", *many), documented=("G9341", "J9601"))
    assert told is not None
    assert (told.method, told.shares[0].mover.code, told.shares[0].ten_thousandths) == ("sequential", "G9341", 9192)
    assert sum(one.ten_thousandths for one in told.shares) == 9192


@pytest.mark.parametrize(
    ("before", "after"), [(claim("A419", version=440), claim("A419", "J9601", version=440)), (claim("I63"), claim("I639"))]
)
def test_without_a_weight_nothing_is_shared(before: GrouperClaim, after: GrouperClaim) -> None:
    assert attribute(before, after) is None
