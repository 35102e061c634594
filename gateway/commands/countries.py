"""The option that says where national telephone numbers are from."""

import click


def known(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """The code of a country given by code or name."""
    del context, parameter
    from identity.canonical import places

    found = places.country(value)
    if found is None:
        raise click.BadParameter(f"{value!r} is no country: say its code, such as AT.")
    return found
