"""What every Workspace does about who may do what, as tests; a part of `WorkspaceSuite`."""

from __future__ import annotations

import pytest

from tilth.contract.workspace import Workspace
from tilth.errors import Conflict, Denied, Invalid, NotFound, Unauthenticated
from tilth.testing.material import AsUser, asking, doubling, make_labeling


class AccessSuite:
    """Users, roles, invites, keys, the audit trail."""

    def test_users_have_a_role_and_tokens_that_end(self, workspace: Workspace, as_user: AsUser, name: str) -> None:
        assert workspace.access.create_user(name, "reader").role == "reader"
        with pytest.raises(Conflict):
            workspace.access.create_user(name, "reader")
        with pytest.raises(Invalid):
            workspace.access.create_user(f"{name}2", "king")
        token = workspace.access.create_token(name)
        assert len(token.token) >= 43
        assert as_user(token.token).access.me().name == name
        workspace.access.revoke_token(token.id)
        with pytest.raises(Unauthenticated):
            as_user(token.token).access.me()
        second = workspace.access.create_token(name)
        assert name in [user.name for user in workspace.access.list_users().items]
        workspace.access.remove_user(name)
        with pytest.raises(Unauthenticated):
            as_user(second.token).access.me()
        with pytest.raises(NotFound):
            workspace.access.create_token(name)

    def test_a_changed_role_holds_at_once_and_a_user_switched_off_is_out(
        self, workspace: Workspace, as_user: AsUser, name: str
    ) -> None:
        workspace.access.create_user(name, "reader")
        token = workspace.access.create_token(name).token
        assert workspace.access.change_user(name, role="curator").role == "curator"
        assert as_user(token).access.me().role == "curator"
        assert [*workspace.access.change_user(name, role="reviewer", labels=["ask"]).labels] == ["ask"]
        assert [*workspace.access.change_user(name, disabled=True).labels] == ["ask"]
        with pytest.raises(Unauthenticated):
            as_user(token).access.me()
        assert not workspace.access.change_user(name, disabled=False).disabled
        mine = as_user(token).access.list_tokens().items
        assert [(each.user, each.kind, each.current) for each in mine] == [(name, "token", True)]
        assert name in [each.user for each in workspace.access.list_tokens().items]

    def test_a_curator_asks_people_and_runs_no_code(self, workspace: Workspace, as_user: AsUser, name: str) -> None:
        workspace.access.create_user(name, "curator")
        curator = as_user(workspace.access.create_token(name).token)
        curator.repos.create(name)
        with pytest.raises(Denied):
            curator.pipelines.create(doubling(name))
        workspace.pipelines.create(doubling(name))
        with pytest.raises(Denied):
            curator.pipelines.delete(f"{name}-up")
        assert curator.pipelines.create(asking(name)).kind == "labeling"

    def test_an_invite_is_for_one_labeling_pipeline_and_can_be_taken_back(
        self, workspace: Workspace, name: str
    ) -> None:
        pipeline = make_labeling(workspace, name, overlap=1)
        made = workspace.access.invite(pipeline, max_uses=3)
        assert (made.pipeline, made.role, made.state, made.uses, made.max_uses) == (pipeline, "labeler", "open", 0, 3)
        assert made.path.startswith("/join/")
        listed = next(each for each in workspace.access.list_invites().items if each.id == made.id)
        assert listed.path == ""
        assert workspace.access.revoke_invite(made.id).state == "revoked"
        with pytest.raises(NotFound):
            workspace.access.invite("nothing")
        with pytest.raises(Invalid):
            workspace.access.invite(pipeline, role="owner")

    def test_s3_keys_are_shown_once(self, workspace: Workspace, name: str) -> None:
        workspace.access.create_user(name, "writer")
        made = workspace.keys.create(name)
        assert made.secret
        listed = next(each for each in workspace.keys.list().items if each.id == made.id)
        assert (listed.user, listed.secret) == (name, "")
        workspace.keys.revoke(made.id)
        assert made.id not in [each.id for each in workspace.keys.list().items]

    def test_the_audit_trail_can_be_read_and_exported(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        page = workspace.audit.list(object=name, limit=5)
        assert all(each.object.startswith(name) for each in page.items)
        assert b"".join(workspace.audit.export(object=name)).startswith(b"time,position,")

    def test_authors_are_who_wrote(self, workspace: Workspace, as_user: AsUser, name: str) -> None:
        workspace.repos.create(name)
        workspace.access.create_user(name, "writer")
        writer = as_user(workspace.access.create_token(name).token)
        assert writer.files.put(f"{name}:a", b"1").author == name
