"""The postmortem in a terminal."""

from bot.bootstrap.objects import credentials_of
from bot.bootstrap.once import opened
from bot.bootstrap.outbound import Outbound
from bot.domain.ids import IncidentId, parse_incident
from bot.settings.load import Settings
from bot.slack.edge import Speaking
from bot.slack.messenger import http_session
from bot.usecases.postmortem import People, PeopleOf, Postmortems


async def postmortem_once(settings: Settings, incident: str) -> str:
    """Write the postmortem of an incident as Markdown.

    Raises:
        UnavailableError: The database does not answer.
        UnknownIncidentError: There is no such incident.
    """
    incident_id = parse_incident(incident)
    async with opened(settings) as (out, _):
        postmortems = Postmortems(clock=out.clock)
        people = await _people(out, incident_id)
        async with out.storage() as uow:
            found = await uow.incidents.get(incident_id)
            return out.words.document(await postmortems.compose(uow, found, people))


async def _people(out: Outbound, incident_id: IncidentId) -> People:
    """Look up names, as the file in Slack has them; without a token or Slack ids remain."""
    environment = out.settings.environment
    if environment.slack_bot_token is None:
        return ()
    async with http_session() as session:
        speaking = Speaking(
            credentials=credentials_of(environment),
            api_url=environment.slack_api_url,
            session=session,
            words=out.words,
            clock=out.clock,
        )
        return await PeopleOf(storage=out.storage, messenger=speaking.messenger())(incident_id)
