"""What the demo's group offers: its services with their rules, and how much each is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.demo import group
from app.demo.group import CENTRE, PARK, THAMES

DAYTIME = (2, 6, 10, 10, 8, 4, 5, 8, 9, 11, 12, 7, 3)
"""How many ask for each hour from 7 on: before work, a quiet noon, and most of all after work."""
MORNING = (12, 14, 10, 6, 3, 1, 1, 1, 1, 0, 0, 0, 0)
EVENING = (0, 1, 2, 2, 1, 2, 2, 2, 4, 8, 12, 10, 4)


@dataclass(frozen=True, slots=True)
class Offer:
    """A service.

    Attributes:
        needs: pool (or single resource) and how many of it.
        per_day: bookings that are asked for on an ordinary weekday, by place.
        hours: how many ask for each hour, from 7 on.
        classes: a group service's fixed meetings: weekday and hour.
        rules: the rest, as in the service's form.
    """

    name: str
    durations: tuple[int, ...]
    needs: tuple[tuple[str, int], ...]
    per_day: Mapping[str, float]
    description: str
    hours: tuple[int, ...] = DAYTIME
    classes: tuple[tuple[int, int], ...] = ()
    rules: Mapping[str, Any] = field(default_factory=dict)


OFFERS = (
    Offer(
        "Physiotherapy",
        (30, 45),
        ((group.PHYSIOTHERAPISTS, 1), (group.TREATMENT_ROOMS, 1)),
        {CENTRE: 8.8, PARK: 4.8, THAMES: 4.8},
        "Treatment after injury or surgery, or for pain in back, neck and joints.",
        rules={"buffer_after_minutes": 5, "minimum_notice_minutes": 120, "change_notice_minutes": 1440},
    ),
    Offer(
        "Ultrasound therapy",
        (30,),
        ((group.PHYSIOTHERAPISTS, 1), (group.TREATMENT_ROOMS, 1), (group.ULTRASOUND, 1)),
        {CENTRE: 2.4, THAMES: 1.6},
        "Therapy with the ultrasound device; takes a physiotherapist, a treatment room and the device.",
        rules={"buffer_before_minutes": 5, "buffer_after_minutes": 10, "minimum_notice_minutes": 120},
    ),
    Offer(
        "Blood test",
        (10,),
        ((group.NURSES, 1),),
        {CENTRE: 7.2, THAMES: 5.6},
        "Please come without breakfast; water is fine.",
        hours=MORNING,
        rules={"buffer_after_minutes": 5, "slot_interval_minutes": 15, "limit_per_client": 1},
    ),
    Offer(
        "Medical consultation",
        (20, 40),
        ((group.PHYSICIANS, 1), (group.CONSULTING_ROOMS, 1)),
        {CENTRE: 5.6, PARK: 3.2, THAMES: 4.8},
        "A talk with a physician, and an examination where it is needed.",
        hours=MORNING,
        rules={
            "slot_interval_minutes": 20,
            "questions": (group.REASON, group.FIRST_VISIT, group.LAST_VISIT),
            "limit_per_client": 3,
        },
    ),
    Offer(
        "Health check with ECG",
        (60,),
        ((group.PHYSICIANS, 1), (group.CONSULTING_ROOMS, 1), (group.ECG, 1)),
        {CENTRE: 0.8, PARK: 0.8, THAMES: 0.6},
        "A full check with an electrocardiogram. Please bring your list of medicines.",
        hours=MORNING,
        rules={"minimum_notice_minutes": 2880, "slot_interval_minutes": 30, "questions": (group.MEDICINES,)},
    ),
    Offer(
        "Specialist assessment",
        (45,),
        ((group.ASSESSORS, 1), (group.CONSULTING_ROOMS, 1)),
        {CENTRE: 1.2, THAMES: 1},
        "An assessment for insurers and courts. We look at each request before we confirm it.",
        rules={"needs_approval": True, "questions": (group.REFERRAL,), "limit_per_day": 6, "buffer_before_minutes": 15},
    ),
    Offer(
        "Counselling",
        (50,),
        ((group.PSYCHOLOGISTS, 1),),
        {CENTRE: 2.4, PARK: 2, THAMES: 3.2},
        "A talk with a psychologist, in confidence.",
        hours=EVENING,
        rules={"buffer_after_minutes": 10, "slot_interval_minutes": 60, "change_notice_minutes": 2880},
    ),
    Offer(
        "Nutrition advice",
        (30, 60),
        (("Carla Benvenuto", 1),),
        {CENTRE: 4, PARK: 3.2},
        "What to eat with diabetes, allergies, or simply to feel better.",
        rules={"slot_interval_minutes": 30, "minimum_notice_minutes": 240},
    ),
    Offer(
        "Back school",
        (60,),
        ((group.PHYSIOTHERAPISTS, 1), (group.HALLS, 1)),
        {CENTRE: 5.6, THAMES: 4.8},
        "A class of up to ten that keeps backs strong. Several seats may be booked at once.",
        classes=((0, 18), (2, 18), (1, 12)),
        rules={"capacity": 10, "slot_interval_minutes": 60, "buffer_after_minutes": 15, "minimum_notice_minutes": 60},
    ),
    Offer(
        "Relaxation class",
        (45,),
        ((group.PSYCHOLOGISTS, 1), (group.HALLS, 1)),
        {CENTRE: 4, THAMES: 3.2},
        "Breathing and muscle relaxation in a small group.",
        classes=((1, 17), (3, 17)),
        rules={"capacity": 8, "slot_interval_minutes": 60, "buffer_after_minutes": 15},
    ),
    Offer(
        "Video consultation",
        (15,),
        ((group.PHYSICIANS, 1), ("Video line", 1)),
        {CENTRE: 1.6, PARK: 0.8, THAMES: 1.6},
        "Results and questions by video. You get the link with the confirmation.",
        hours=EVENING,
        rules={"buffer_after_minutes": 5, "slot_interval_minutes": 15, "minimum_notice_minutes": 30},
    ),
    Offer(
        "Case conference",
        (60,),
        ((group.PHYSICIANS, 1), (group.PHYSIOTHERAPISTS, 2)),
        {CENTRE: 0.2, THAMES: 0.2},
        "A physician and two physiotherapists talk about one client's treatment. For staff only.",
        rules={"visibility": "staff", "slot_interval_minutes": 30},
    ),
)
