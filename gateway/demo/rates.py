"""How often things go wrong in the generated world: one place for all the shares, each a probability.

The defaults are meant to be lifelike. A test or a bench that wants one kind of mess often says so with
`replace`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares of households, people or records, as the name says."""

    # who lives together
    household_single: float = 0.34
    household_couple: float = 0.28
    household_family: float = 0.22
    household_single_parent: float = 0.06
    household_three_generations: float = 0.04  # the rest are shared flats
    family_twins: float = 0.08
    family_same_name: float = 0.05  # a son called like his father: Sr and Jr
    married_new_name: float = 0.7
    foreign_origin: float = 0.10
    other_script: float = 0.03

    # what a household shares, or has left behind
    household_phone: float = 0.22
    household_email: float = 0.12
    household_tablet: float = 0.15
    household_moved: float = 0.12

    # what two neighbouring households have to do with each other
    pair_recycled_phone: float = 0.03
    pair_namesakes: float = 0.02
    pair_reissued_card: float = 0.01

    # which systems know a person
    web: float = 0.62
    loyalty: float = 0.62
    pos: float = 0.34
    app: float = 0.18
    second_web: float = 0.04
    second_card: float = 0.05

    # what each system knows of a person who has it
    web_email: float = 0.98
    web_phone: float = 0.85
    web_birth: float = 0.4
    web_address: float = 0.85
    web_payment: float = 0.55
    app_email: float = 0.95
    app_phone: float = 0.85
    app_birth: float = 0.5
    app_address: float = 0.3
    card_email: float = 0.8
    card_phone: float = 0.92
    card_birth: float = 0.75
    card_address: float = 0.93
    till_email: float = 0.35
    till_phone: float = 0.93
    till_area: float = 0.7
    till_card: float = 0.7
    till_payment: float = 0.7

    # what a record leaves out beyond that
    missing: float = 0.05

    # how a record is written
    nickname: float = 0.07
    initial: float = 0.02
    swapped: float = 0.015
    typo: float = 0.05
    date_swap: float = 0.01
    folded: float = 0.3  # of the names that have diacritics
    native: float = 0.35  # of the names that have another script
    abbreviated: float = 0.2
    plus_address: float = 0.02
    national_phone: float = 0.3

    # what a cashier types
    store_phone: float = 0.05
    junk: float = 0.03
    one_field_name: float = 0.5
