"""Names of the facts that probe results carry, so that writers and readers agree.

| probe | facts |
|---|---|
| dns | `literal` (bool), `addresses` (count), `resolvers` (count asked), `resolvers_failing`
(count), `trouble` (text, absent when nothing hurts) |
| reachability | `certificate_days`, `slow_phase`, `slow_part` |
| auth | `key` (fingerprint), `key_source`, `key_note`, `quote_usd` (text), `spent` (bool),
`slow_part` |
| generate-* | `key`, `key_source`, `slow_phase`, `slow_part`, `phase` (on failure),
`max_inflight` (of a 429) |
| download | `canary` (kind), `bytes`, `seconds_left`, `host`, `slow_part` |
| status-page | `affected` (count of components that are not operational) |
| connectivity | `names_resolved` (bool), `ways_out` (count that answered) |
| app-health | `state` (`domain.health.HealthState`), `fallback` (bool) |
| traffic | `state` (`domain.traffic.TrafficState`), `gaps` (text), and what is known of
`domain.traffic.Traffic`: `requests`, `failed`, `count_<class>` and so on; of
`domain.onset.Onset`: `onset_*` |
| workload | the rest below |
"""

from typing import Final

LITERAL: Final = "literal"
ADDRESSES: Final = "addresses"
RESOLVERS: Final = "resolvers"
RESOLVERS_FAILING: Final = "resolvers_failing"
TROUBLE: Final = "trouble"
CERTIFICATE_DAYS: Final = "certificate_days"
CANARY: Final = "canary"
SLOW_PHASE: Final = "slow_phase"
SLOW_PART: Final = "slow_part"  # text: a phase of a second or more, absent when there is none
PHASE: Final = "phase"
KEY: Final = "key"
KEY_SOURCE: Final = "key_source"
KEY_NOTE: Final = "key_note"
QUOTE_USD: Final = "quote_usd"
SPENT: Final = "spent"  # bool: the price quote made an image
MAX_INFLIGHT: Final = "max_inflight"
BYTES: Final = "bytes"
SECONDS_LEFT: Final = "seconds_left"
HOST: Final = "host"
AFFECTED: Final = "affected"
NAMES_RESOLVED: Final = "names_resolved"
WAYS_OUT: Final = "ways_out"
STATE: Final = "state"
FALLBACK: Final = "fallback"  # app-health: bool; workload: "on", "off" or the value itself
GENERATION: Final = "generation"  # workload: as FALLBACK
CONCURRENCY: Final = "concurrency"  # workload: the value, or the normal one where none is set; text
IN_FLIGHT: Final = "in_flight"  # workload: requests that all its pods may send at once
REDUCED: Final = "reduced"  # workload, bool: fewer at once than in normal times
READY: Final = "ready"
REPLICAS: Final = "replicas"
AVAILABLE: Final = "available"
RESTARTS: Final = "restarts"
ROLLING: Final = "rolling"  # bool: a rollout is under way
STUCK: Final = "stuck"  # bool: ProgressDeadlineExceeded
CRASH_LOOP: Final = "crash_loop"  # bool
POD_REASON: Final = "pod_reason"  # of the first pod that is not ready
REVISION: Final = "revision"
REVISION_AGE_SECONDS: Final = "revision_age_seconds"
REVISION_CAUSE: Final = "revision_cause"
REVISION_BY: Final = "revision_by"  # "this bot (INC-1)", absent when it was not this bot
IMAGE: Final = "image"
KEY_LENGTH: Final = "key_length"
PODS_OLDER_THAN_KEY: Final = "pods_older_than_key"  # bool, absent when unknown
GAPS: Final = "gaps"
WINDOW_SECONDS: Final = "window_seconds"
REQUESTS: Final = "requests"
FAILED: Final = "failed"  # count of requests, refused content left out
UNEXPLAINED: Final = "unexplained"  # count: failed nobody knows how
IN_A_ROW: Final = "rate_limited_in_a_row"
P95_SECONDS: Final = "p95_seconds"
DOWNLOADS: Final = "downloads"
LOST: Final = "downloads_lost"
EXPIRED: Final = "downloads_expired"
DOWNLOAD_P95_SECONDS: Final = "download_p95_seconds"
BALANCE_USD: Final = "balance_usd"  # text
ONSET_AT: Final = "onset_at"  # text, ISO 8601, UTC
ONSET_SIGN: Final = "onset_sign"  # `domain.onset.Sign`
ONSET_BEFORE: Final = "onset_before"  # bool: it began before `onset_at`, nobody knows when
ONSET_HIT: Final = "onset_hit"  # count of requests that show the sign since then
ONSET_REQUESTS: Final = "onset_requests"  # count of all requests since then
ONSET_UNTIL: Final = "onset_until"  # text, ISO 8601, UTC: up to when both were counted
SHARED: Final = "shared"  # bool: taken over from another triage of the last 20 s
