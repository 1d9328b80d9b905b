#!/usr/bin/env bash
# The quick triage of the incident runbook, step by step as printed there: two generation requests, a
# name lookup, and a third generation request for its latency. Paid, and one after the other.
#
# Needs IDEOGRAM_API_URL and IDEOGRAM_API_KEY. It has no time limits, as there: a request that never
# answers never ends, and a refused connection ends the script at that line.
set -euo pipefail

host=${IDEOGRAM_API_URL#*://}
host=${host%%[:/]*}

generate_legacy() { # what to write out, the prompt
  curl --silent --output /dev/null --write-out "$1" \
    --request POST "$IDEOGRAM_API_URL/generate" \
    --header "Api-Key: $IDEOGRAM_API_KEY" --header "Content-Type: application/json" \
    --data "{\"image_request\":{\"prompt\":\"$2\",\"model\":\"V_2_TURBO\",\"magic_prompt_option\":\"OFF\"}}"
}

echo -n "API status: "
generate_legacy "%{http_code}" "triage test"

echo -en "\nV3 status: "
curl --silent --output /dev/null --write-out "%{http_code}" \
  --request POST "$IDEOGRAM_API_URL/v1/ideogram-v3/generate" \
  --header "Api-Key: $IDEOGRAM_API_KEY" \
  --form "prompt=triage test" --form "rendering_speed=FLASH"

echo -en "\nDNS: "
getent hosts "$host" || echo "lookup failed" # getent: nslookup is not installed everywhere

echo -n "Latency: "
generate_legacy "%{time_total}s, status %{http_code}" "latency test"
echo
