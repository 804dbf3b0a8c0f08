"""`tilth user`: who may do what."""

from __future__ import annotations

import click

from tilth.cli.grammar import Noun
from tilth.cli.session import Session, pass_session
from tilth.cli.tables import print_table
from tilth.cli.wording import safe, when
from tilth.contract.principal import Role
from tilth.contract.values import Page, UserInfo
from tilth.errors import Invalid


@click.group("user", cls=Noun, short_help="Users and their tokens.")
def command() -> None:
    """Users, their roles and their tokens."""


@command.command("create", example="tilth user create maria --role labeler --labels digits")
@click.argument("name", metavar="NAME")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help="What the user may do.")
@click.option("--labels", multiple=True, metavar="PIPELINE", help="For labelers: only these labeling pipelines.")
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
        ("user", "role", "labels", "made"),
        ((user.name, user.role, ", ".join(user.labels) or "-", when(user.created_ms)) for user in page.items),
        empty="There are no users yet.",
    )
