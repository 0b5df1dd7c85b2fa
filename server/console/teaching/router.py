"""All routes of teaching."""

from fastapi import APIRouter

from server.console.teaching import routes_models, routes_questions, routes_turns

router = APIRouter()
for part in (routes_turns, routes_models, routes_questions):
    router.include_router(part.router)
