"""The `o2o` command. Each sub command lives in its own module and is imported only when it is called, so
`o2o --help` is quick.
"""

import importlib
import sys
from collections.abc import Sequence

import click

COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("gateway.commands.run", "Start the gateway: database, migrations, server, background workers."),
    "demo": ("gateway.commands.demo", "Load the demonstration world, or write generated people to a file."),
    "worker": ("gateway.commands.worker", "Do the background work: events, webhooks, redo, expiry."),
    "campaigns": ("gateway.commands.campaigns", "Apply, preview and list campaigns."),
    "reconcile": ("gateway.commands.reconcile", "What tills say they gave against what the ledger says."),
    "till": ("gateway.commands.till", "Sell at a till in the terminal, with the network and without it."),
    "codes": ("gateway.commands.codes", "Make, list and revoke codes that open campaigns."),
    "why": ("gateway.commands.why", "Explain why two records are, or are not, one person."),
    "how": ("gateway.commands.how", "Explain how a profile came together."),
    "train": ("gateway.commands.train", "Fit the weights to the retailer's own files."),
    "model": ("gateway.commands.model", "List, add, try and activate the models that weigh pairs."),
    "policy": (
        "gateway.commands.policy",
        "Tell what another identity policy would join and split, and apply it.",
    ),
    "sources": ("gateway.commands.sources", "See which sources are paused, pause and resume them."),
    "batches": ("gateway.commands.batches", "List deliveries of records and take one back."),
    "keys": ("gateway.commands.keys", "Create, list, rotate and revoke API keys."),
    "poslog": ("gateway.commands.poslog", "Take in what tills recorded, in files of any size."),
    "shops": ("gateway.commands.shops", "Connect shops by their webhooks, and look after what they deliver."),
    "events": ("gateway.commands.events", "Look after online events that wait, or were given up."),
    "import": ("gateway.commands.load", "Load files into the gateway, resumable, with a mapping file."),
    "link": ("gateway.commands.link", "Find who is the same shopper in some files, without a server."),
    "secrets": ("gateway.commands.secrets", "Show and turn the secrets that sign and seal."),
    "kiosk": ("gateway.commands.kiosk", "Pair kiosks with their store, list and revoke them."),
    "replay": ("gateway.commands.replay", "Show a decision as sentences and make it again."),
    "bench": ("gateway.commands.bench", "Measure this machine against the floor."),
    "doctor": ("gateway.commands.doctor", "Check that everything the gateway needs is in order."),
    "backup": ("gateway.commands.backup", "Write database and secrets to a folder."),
    "restore": ("gateway.commands.restore", "Bring a backup back."),
    "erasures": ("gateway.commands.erasures", "Write down who was erased, for a restore elsewhere."),
}
"""Name: (module that defines a click command called `command`, its line in the help)."""


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one only when it is asked to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order in which a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, imported now; None when there is no such command."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the list of commands without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="o2o-gateway", prog_name="o2o")
def group() -> None:
    """Omnichannel identity and offer gateway.

    Settings come from the environment: O2O_HOME (default ./.o2o), DATABASE_URL, O2O_HOST, O2O_PORT,
    O2O_METRICS_PORT.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """The console script: runs a command; an expected refusal is one sentence on standard error, not a
    stack trace.
    """
    from gateway.access.secrets_file import SecretsError
    from gateway.postgres.errors import PostgresError
    from gateway.processes.locks import LockError
    from gateway.settings import SettingsError
    from identity.errors import PolicyError

    try:
        group.main(args=list(arguments) if arguments is not None else None, prog_name="o2o")
    except (LockError, PolicyError, PostgresError, SecretsError, SettingsError) as error:
        click.echo(f"o2o: {error}", err=True)
        sys.exit(1)
    except Exception as error:
        if (reason := _unreachable(error)) is None:
            raise
        click.echo(f"o2o: the database cannot be reached: {reason}", err=True)
        sys.exit(1)


def _unreachable(error: Exception) -> str | None:
    """What the driver says when no connection could be made; None for every other error."""
    from sqlalchemy.exc import OperationalError

    if isinstance(error, OperationalError) and error.connection_invalidated is False and not error.statement:
        return str(error.orig).strip()
    return None
