"""`tilth user`: who may do what."""

from __future__ import annotations

import time

import click

from tilth.cli.grammar import Noun
from tilth.cli.session import Session, pass_session
from tilth.cli.tables import print_table
from tilth.cli.wording import safe, when
from tilth.config import is_url
from tilth.contract.access import CredentialInfo, InviteInfo, UserInfo
from tilth.contract.keys import S3KeyInfo
from tilth.contract.paging import Page
from tilth.contract.principal import Role
from tilth.errors import Invalid


@click.group("user", cls=Noun, short_help="Users, their tokens, invites.")
def command() -> None:
    """Users, their roles, tokens, S3 keys, and invites for labelers."""


@command.command("create", example="tilth user create maria --role labeler --labels digits")
@click.argument("name", metavar="NAME")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help="What the user may do.")
@click.option("--labels", multiple=True, metavar="PIPELINE", help="For labelers and reviewers: only these; `*`: all.")
@pass_session
def create(session: Session, name: str, role: str, labels: tuple[str, ...]) -> None:
    """Make a user."""
    user = session.workspace(make=True).access.create_user(name, role, labels=labels)
    session.show(
        user, lambda user: print(f"Made user {safe(user.name)}, {user.role}. Next: tilth user token {safe(user.name)}")
    )


@command.command("list", example="tilth user list")
@pass_session
def list_(session: Session) -> None:
    """List users."""
    session.show(session.workspace().access.list_users(), _print)


@command.command("change", example="tilth user change maria --role reviewer")
@click.argument("name", metavar="NAME")
@click.option("--role", type=click.Choice([role.value for role in Role]), help="What the user may do from now on.")
@click.option("--labels", multiple=True, metavar="PIPELINE", help="For labelers and reviewers: only these.")
@click.option("--off", "disabled", flag_value=True, type=bool, default=None, help="Let nobody in as this user for now.")
@click.option("--on", "disabled", flag_value=False, type=bool, help="Let the user in again.")
@pass_session
def change(session: Session, name: str, role: str | None, labels: tuple[str, ...], disabled: bool | None) -> None:
    """Change a user's role or limits, or switch it off and on."""
    access = session.workspace().access
    user = access.change_user(name, role=role, labels=list(labels) or None, disabled=disabled)
    off = " (switched off)" if user.disabled else ""
    session.show(user, lambda user: print(f"User {safe(user.name)} is {user.role} now{off}."))


@command.command("tokens", example="tilth user tokens")
@pass_session
def tokens(session: Session) -> None:
    """List tokens and the browsers that are logged in, without their secrets."""
    session.show(session.workspace().access.list_tokens(), _print_tokens)


@command.command("invite", example="tilth user invite headlines --people 30 --days 7")
@click.argument("pipeline", metavar="PIPELINE")
@click.option("--role", type=click.Choice(["labeler", "reviewer"]), default="labeler", help="What they may do.")
@click.option("--people", type=click.IntRange(1), default=100, help="How many may join.", show_default=True)
@click.option("--days", type=click.IntRange(1, 365), default=14, help="How long the link works.", show_default=True)
@pass_session
def invite(session: Session, pipeline: str, role: str, people: int, days: int) -> None:
    """Make a link by which people join a labeling pipeline; it is shown this once."""
    workspace = session.workspace()
    until = int(time.time() * 1000) + days * 86_400_000 - 1000
    made = workspace.access.invite(pipeline, role=role, expires_ms=until, max_uses=people)
    place = workspace.place if is_url(workspace.place) else ""
    session.show(made, lambda made: print(f"{place}{made.path}"))
    said = "" if place else " Put it behind the address of your server."
    session.note(f"Invite {made.id} for {people} people, until {when(made.expires_ms)}.{said}")


@command.command("invites", example="tilth user invites")
@click.option("--revoke", metavar="INVITE_ID", help="Let nobody else join by this one instead.")
@pass_session
def invites(session: Session, revoke: str | None) -> None:
    """List invites, or take one back."""
    access = session.workspace().access
    if revoke is None:
        session.show(access.list_invites(), _print_invites)
        return
    ended = access.revoke_invite(revoke)
    session.show(ended, lambda ended: print(f"Nobody else joins by invite {ended.id}."))


@command.command("s3-key", example="tilth user s3-key maria")
@click.argument("name", metavar="NAME", required=False)
@click.option("--revoke", metavar="KEY_ID", help="Make a key invalid instead.")
@pass_session
def s3_key(session: Session, name: str | None, revoke: str | None) -> None:
    """Make a key pair for the S3 door; its secret is shown this once."""
    if (name is None) == (revoke is None):
        raise Invalid("Name a user, or a key to revoke.", help="Write `tilth user s3-key NAME`.")
    keys = session.workspace().keys
    if revoke is not None:
        keys.revoke(revoke)
        session.show(None, lambda _: print(f"S3 key {safe(revoke)} is invalid now."))
        return
    made = keys.create(name or "")
    session.show(made, lambda made: print(f"{made.id} {made.secret}"))
    session.note(f"Access key and secret of {safe(made.user)}; the secret is shown this once.")


@command.command("s3-keys", example="tilth user s3-keys")
@pass_session
def s3_keys(session: Session) -> None:
    """List key pairs of the S3 door, without their secrets."""
    session.show(session.workspace().keys.list(), _print_keys)


@command.command("remove", example="tilth user remove maria")
@click.argument("name", metavar="NAME")
@pass_session
def remove(session: Session, name: str) -> None:
    """Remove a user and all its tokens."""
    session.workspace().access.remove_user(name)
    session.show(None, lambda _: print(f"Removed user {safe(name)} and its tokens."))


@command.command("token", example="tilth user token maria")
@click.argument("name", metavar="NAME", required=False)
@click.option("--revoke", metavar="TOKEN_ID", help="Make a token invalid instead.")
@pass_session
def token(session: Session, name: str | None, revoke: str | None) -> None:
    """Make a token for a user; it is shown this once."""
    if (name is None) == (revoke is None):
        raise Invalid("Name a user, or a token to revoke.", help="Write `tilth user token NAME`.")
    access = session.workspace().access
    if revoke is not None:
        access.revoke_token(revoke)
        session.show(None, lambda _: print(f"Token {safe(revoke)} is invalid now."))
        return
    made = access.create_token(name or "")
    session.show(made, lambda made: print(made.token))
    session.note(f"Token {made.id} of {safe(made.user)}. It is shown this once; use it as $TILTH_TOKEN.")


def _print(page: Page[UserInfo]) -> None:
    print_table(
        ("user", "role", "called", "labels", "made"),
        (
            (
                user.name,
                f"{user.role} (off)" if user.disabled else user.role,
                user.display or "-",
                ", ".join(user.labels) or "-",
                when(user.created_ms),
            )
            for user in page.items
        ),
        empty="There are no users yet.",
    )


def _print_tokens(page: Page[CredentialInfo]) -> None:
    print_table(
        ("id", "user", "kind", "made", "last used", "from"),
        (
            (
                each.id,
                each.user,
                each.kind,
                when(each.created_ms),
                when(each.used_ms) if each.used_ms is not None else "never",
                " ".join(filter(None, (each.origin, each.note[:40]))) or "-",
            )
            for each in page.items
        ),
        empty="There are no tokens yet.",
    )


def _print_invites(page: Page[InviteInfo]) -> None:
    print_table(
        ("id", "pipeline", "role", "state", "joined", "until"),
        (
            (each.id, each.pipeline, each.role, each.state, f"{each.uses} of {each.max_uses}", when(each.expires_ms))
            for each in page.items
        ),
        empty="There are no invites yet.",
    )


def _print_keys(page: Page[S3KeyInfo]) -> None:
    print_table(
        ("id", "user", "made"),
        ((each.id, each.user, when(each.created_ms)) for each in page.items),
        empty="There are no S3 keys yet.",
    )
