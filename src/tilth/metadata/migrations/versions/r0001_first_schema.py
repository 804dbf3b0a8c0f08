"""The first schema, written out: later revisions change what stands here, not what the code says today."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None


def upgrade() -> None:
    """Create every table and index."""
    op.create_table(
        "counters",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )
    op.create_table(
        "cursors",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_cursors")),
    )
    op.create_table(
        "feed",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_feed")),
    )
    op.create_table(
        "journal",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_journal")),
    )
    op.create_table(
        "labeling_workers",
        sa.Column("pipeline", sa.Text(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("issued", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("answers", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rejected", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("skipped", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("skips_in_row", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("golden_right", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("golden_total", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("earned_micros", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("recent", sa.Text(), nullable=False),
        sa.Column("touched", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("pipeline", "worker", name=op.f("pk_labeling_workers")),
    )
    op.create_table(
        "labelings",
        sa.Column("pipeline", sa.Text(), nullable=False),
        sa.Column("repo", sa.Text(), nullable=False),
        sa.Column("branch", sa.Text(), nullable=False),
        sa.Column("spec", sa.Text(), nullable=False),
        sa.Column("input", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("taken", sa.Text(), nullable=False),
        sa.Column("intake", sa.Text(), nullable=True),
        sa.Column("problems", sa.Text(), server_default="{}", nullable=False),
        sa.Column("golden_state", sa.Text(), nullable=False),
        sa.Column("golden_reason", sa.Text(), nullable=False),
        sa.Column("golden_taken", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("changed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("stamp", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("open", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("done", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("escalated", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("withdrawn", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("golden", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("leased", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("answers", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rejected", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reserved_micros", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("spent_micros", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("workers", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("banned", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("settled", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("published_sequence", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("published_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("published_commit", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("pipeline", name=op.f("pk_labelings")),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "packs",
        sa.Column("pack", sa.Text(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("pack", name=op.f("pk_packs")),
    )
    op.create_table(
        "people",
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_people")),
        sa.UniqueConstraint("public", name=op.f("uq_people_public")),
    )
    op.create_table(
        "repos",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("held_out", sa.Boolean(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("deleted_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repos")),
    )
    op.create_table(
        "restrictions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("pipeline", sa.Text(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restrictions")),
    )
    op.create_index("ix_restrictions_pipeline", "restrictions", ["pipeline", "worker"], unique=False)
    op.create_table(
        "results",
        sa.Column("identity", sa.LargeBinary(), nullable=False),
        sa.Column("manifest", sa.LargeBinary(), nullable=False),
        sa.Column("log", sa.LargeBinary(), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("identity", name=op.f("pk_results")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "shards",
        sa.Column("shard", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("shard", name=op.f("pk_shards")),
    )
    op.create_table(
        "users",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_users")),
        sa.UniqueConstraint("worker", name=op.f("uq_users_worker")),
    )
    op.create_table(
        "worker_marks",
        sa.Column("pipeline", sa.Text(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("stamp", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pipeline", "worker", "slots", name=op.f("pk_worker_marks")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "commits",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("repo", sa.Text(), nullable=False),
        sa.Column("tree", sa.LargeBinary(), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("files", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("job", sa.Text(), nullable=True),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["repo"], ["repos.id"], name=op.f("fk_commits_repo_repos")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commits")),
        sa.UniqueConstraint("seal", name=op.f("uq_commits_seal")),
    )
    op.create_index("ix_commits_change", "commits", ["change"], unique=False)
    op.create_index("ix_commits_job", "commits", ["job"], unique=False)
    op.create_index("ix_commits_repo_id", "commits", ["repo", "id"], unique=False)
    op.create_table(
        "drafts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("repo", sa.Text(), nullable=False),
        sa.Column("branch", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["repo"], ["repos.id"], name=op.f("fk_drafts_repo_repos")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
    )
    op.create_table(
        "feedback_edges",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("from_repo", sa.Text(), nullable=False),
        sa.Column("from_branch", sa.Text(), nullable=False),
        sa.Column("from_path", sa.Text(), server_default="", nullable=False),
        sa.Column("to_repo", sa.Text(), nullable=False),
        sa.Column("to_branch", sa.Text(), nullable=False),
        sa.Column("to_path", sa.Text(), server_default="", nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("budget", sa.BigInteger(), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.Column("max_rounds", sa.Integer(), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("ended", sa.Text(), nullable=True),
        sa.Column("declared_by", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["from_repo"], ["repos.id"], name=op.f("fk_feedback_edges_from_repo_repos")),
        sa.ForeignKeyConstraint(["to_repo"], ["repos.id"], name=op.f("fk_feedback_edges_to_repo_repos")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_edges")),
        sa.UniqueConstraint("name", name=op.f("uq_feedback_edges_name")),
    )
    op.create_table(
        "pipelines",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("repo", sa.Text(), nullable=False),
        sa.Column("branch", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.Column("deleted_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["repo"], ["repos.id"], name=op.f("fk_pipelines_repo_repos")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pipelines")),
    )
    op.create_table(
        "tasks",
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("pipeline", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("known", sa.Text(), nullable=True),
        sa.Column("known_meaning", sa.Text(), nullable=True),
        sa.Column("final", sa.Text(), nullable=True),
        sa.Column("sources", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("wanted", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("leased", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("answered", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rejected", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("unsure", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("slots", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("stamp", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("touched", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["pipeline"], ["labelings.pipeline"], name=op.f("fk_tasks_pipeline_labelings")),
        sa.PrimaryKeyConstraint("task", name=op.f("pk_tasks")),
    )
    op.create_index("ix_tasks_queue", "tasks", ["pipeline", "slots", "stamp", "task"], unique=False)
    op.create_index("ix_tasks_state", "tasks", ["pipeline", "state", "answered"], unique=False)
    op.create_index("ix_tasks_touched", "tasks", ["pipeline", "touched"], unique=False)
    op.create_table(
        "tokens",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.name"], name=op.f("fk_tokens_user_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("hash", name=op.f("uq_tokens_hash")),
    )
    op.create_index(op.f("ix_tokens_user"), "tokens", ["user"], unique=False)
    op.create_table(
        "assignments",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("pipeline", sa.Text(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("golden", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("price_micros", sa.BigInteger(), nullable=False),
        sa.Column("guideline_version", sa.Text(), nullable=False),
        sa.Column("leased_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["task"], ["tasks.task"], name=op.f("fk_assignments_task_tasks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
        sa.UniqueConstraint("task", "worker", name=op.f("uq_assignments_task_worker")),
    )
    op.create_index("ix_assignments_expiry", "assignments", ["pipeline", "state", "expires_ms"], unique=False)
    op.create_index("ix_assignments_worker", "assignments", ["worker", "pipeline", "state"], unique=False)
    op.create_table(
        "branches",
        sa.Column("repo", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("head", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("trains", sa.Boolean(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["head"], ["commits.id"], name=op.f("fk_branches_head_commits")),
        sa.ForeignKeyConstraint(["repo"], ["repos.id"], name=op.f("fk_branches_repo_repos")),
        sa.PrimaryKeyConstraint("repo", "name", name=op.f("pk_branches")),
    )
    op.create_table(
        "commit_inputs",
        sa.Column("commit", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("input", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["commit"], ["commits.id"], name=op.f("fk_commit_inputs_commit_commits")),
        sa.ForeignKeyConstraint(["input"], ["commits.id"], name=op.f("fk_commit_inputs_input_commits")),
        sa.PrimaryKeyConstraint("commit", "position", name=op.f("pk_commit_inputs")),
    )
    op.create_index(op.f("ix_commit_inputs_input"), "commit_inputs", ["input"], unique=False)
    op.create_table(
        "commit_parents",
        sa.Column("commit", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["commit"], ["commits.id"], name=op.f("fk_commit_parents_commit_commits")),
        sa.ForeignKeyConstraint(["parent"], ["commits.id"], name=op.f("fk_commit_parents_parent_commits")),
        sa.PrimaryKeyConstraint("commit", "position", name=op.f("pk_commit_parents")),
    )
    op.create_index(op.f("ix_commit_parents_parent"), "commit_parents", ["parent"], unique=False)
    op.create_table(
        "commit_upstream",
        sa.Column("commit", sa.Text(), nullable=False),
        sa.Column("repo", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["commit"], ["commits.id"], name=op.f("fk_commit_upstream_commit_commits")),
        sa.ForeignKeyConstraint(["repo"], ["repos.id"], name=op.f("fk_commit_upstream_repo_repos")),
        sa.PrimaryKeyConstraint("commit", "repo", name=op.f("pk_commit_upstream")),
    )
    op.create_index(op.f("ix_commit_upstream_repo"), "commit_upstream", ["repo"], unique=False)
    op.create_table(
        "draft_edits",
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("layout", sa.Integer(), nullable=True),
        sa.Column("chunks", sa.LargeBinary(), nullable=True),
        sa.Column("attributes", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["draft"], ["drafts.id"], name=op.f("fk_draft_edits_draft_drafts"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("draft", "sequence", name=op.f("pk_draft_edits")),
    )
    op.create_table(
        "feedback_rounds",
        sa.Column("edge", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("commit", sa.Text(), nullable=True),
        sa.Column("items", sa.BigInteger(), nullable=False),
        sa.Column("fired_by", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["commit"], ["commits.id"], name=op.f("fk_feedback_rounds_commit_commits")),
        sa.ForeignKeyConstraint(["edge"], ["feedback_edges.id"], name=op.f("fk_feedback_rounds_edge_feedback_edges")),
        sa.PrimaryKeyConstraint("edge", "round", name=op.f("pk_feedback_rounds")),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("pipeline", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("reprocess", sa.Boolean(), nullable=False),
        sa.Column("stop", sa.Boolean(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.Column("inputs", sa.Text(), nullable=True),
        sa.Column("plan", sa.Text(), nullable=True),
        sa.Column("output", sa.Text(), nullable=True),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("partial", sa.LargeBinary(), nullable=True),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("run", sa.BigInteger(), nullable=False),
        sa.Column("reused", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("recovered", sa.BigInteger(), nullable=False),
        sa.Column("cpu_s", sa.Float(), nullable=False),
        sa.Column("wall_s", sa.Float(), nullable=False),
        sa.Column("failed_datum", sa.Text(), nullable=True),
        sa.Column("failed_lines", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["output"], ["commits.id"], name=op.f("fk_jobs_output_commits")),
        sa.ForeignKeyConstraint(["pipeline"], ["pipelines.id"], name=op.f("fk_jobs_pipeline_pipelines")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("pipeline", "change", name=op.f("uq_jobs_pipeline_change")),
    )
    op.create_index("ix_jobs_change", "jobs", ["change"], unique=False)
    op.create_index("ix_jobs_order", "jobs", ["state", "position", "rank"], unique=False)
    op.create_index("ix_jobs_pipeline_id", "jobs", ["pipeline", "id"], unique=False)
    op.create_index("ix_jobs_pipeline_position", "jobs", ["pipeline", "position"], unique=False)
    op.create_table(
        "moves",
        sa.Column("repo", sa.Text(), nullable=False),
        sa.Column("branch", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("old", sa.Text(), nullable=True),
        sa.Column("new", sa.Text(), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["new"], ["commits.id"], name=op.f("fk_moves_new_commits")),
        sa.ForeignKeyConstraint(["old"], ["commits.id"], name=op.f("fk_moves_old_commits")),
        sa.ForeignKeyConstraint(["repo"], ["repos.id"], name=op.f("fk_moves_repo_repos")),
        sa.PrimaryKeyConstraint("repo", "branch", "position", name=op.f("pk_moves")),
    )
    op.create_index(op.f("ix_moves_change"), "moves", ["change"], unique=False)
    op.create_table(
        "pipeline_versions",
        sa.Column("pipeline", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("spec", sa.Text(), nullable=False),
        sa.Column("recipe", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=True),
        sa.Column("keep_outputs", sa.Boolean(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["pipeline"], ["pipelines.id"], name=op.f("fk_pipeline_versions_pipeline_pipelines")),
        sa.PrimaryKeyConstraint("pipeline", "version", name=op.f("pk_pipeline_versions")),
    )
    op.create_table(
        "rulings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("pipeline", sa.Text(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("expert", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("meaning", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["task"], ["tasks.task"], name=op.f("fk_rulings_task_tasks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rulings")),
    )
    op.create_index("ix_rulings_task", "rulings", ["task", "sequence"], unique=False)
    op.create_table(
        "task_sources",
        sa.Column("pipeline", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("touched", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["task"], ["tasks.task"], name=op.f("fk_task_sources_task_tasks")),
        sa.PrimaryKeyConstraint("pipeline", "key", name=op.f("pk_task_sources")),
    )
    op.create_index("ix_task_sources_task", "task_sources", ["task"], unique=False)
    op.create_index("ix_task_sources_touched", "task_sources", ["pipeline", "touched"], unique=False)
    op.create_table(
        "answers",
        sa.Column("assignment", sa.Text(), nullable=False),
        sa.Column("pipeline", sa.Text(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("golden", sa.Boolean(), nullable=False),
        sa.Column("right", sa.Boolean(), nullable=True),
        sa.Column("unsure", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("meaning", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("price_micros", sa.BigInteger(), nullable=False),
        sa.Column("guideline_version", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("touched", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["assignment"], ["assignments.id"], name=op.f("fk_answers_assignment_assignments")),
        sa.ForeignKeyConstraint(["task"], ["tasks.task"], name=op.f("fk_answers_task_tasks")),
        sa.PrimaryKeyConstraint("assignment", name=op.f("pk_answers")),
    )
    op.create_index("ix_answers_task", "answers", ["task"], unique=False)
    op.create_index("ix_answers_touched", "answers", ["pipeline", "touched"], unique=False)
    op.create_index("ix_answers_worker", "answers", ["pipeline", "worker"], unique=False)
    op.create_table(
        "branch_inputs",
        sa.Column("repo", sa.Text(), nullable=False),
        sa.Column("branch", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("input_repo", sa.Text(), nullable=False),
        sa.Column("input_branch", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["input_repo", "input_branch"],
            ["branches.repo", "branches.name"],
            name=op.f("fk_branch_inputs_input_repo_input_branch_branches"),
        ),
        sa.ForeignKeyConstraint(
            ["repo", "branch"],
            ["branches.repo", "branches.name"],
            name=op.f("fk_branch_inputs_repo_branch_branches"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("repo", "branch", "position", name=op.f("pk_branch_inputs")),
    )
    op.create_index("ix_branch_inputs_input", "branch_inputs", ["input_repo", "input_branch"], unique=False)
    op.create_table(
        "job_tries",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("datum", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("try", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("log", sa.LargeBinary(), nullable=True),
        sa.Column("wall_s", sa.Float(), nullable=False),
        sa.Column("cpu_s", sa.Float(), nullable=False),
        sa.Column("exit_code", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["job"], ["jobs.id"], name=op.f("fk_job_tries_job_jobs")),
        sa.PrimaryKeyConstraint("job", "datum", "attempt", "try", name=op.f("pk_job_tries")),
    )
    live = sa.text("coalesce(deleted_ms, 0)")
    op.create_index("ux_repos_live", "repos", ["project", "name", live], unique=True)
    op.create_index("ux_pipelines_live", "pipelines", ["project", "name", live], unique=True)
