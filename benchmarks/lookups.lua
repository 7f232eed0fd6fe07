-- For wrk: asks of one thing after another, and tells at the end how it went as one line of JSON.
-- LOOKUP_THINGS names a file of IRIs, percent-encoded, a line each; LOOKUP_FROM and LOOKUP_COUNT say which of them;
-- LOOKUP_BEFORE and LOOKUP_AFTER are what comes before and after the thing in the target; LOOKUP_ACCEPT the form.
local from, count = tonumber(os.getenv("LOOKUP_FROM")), tonumber(os.getenv("LOOKUP_COUNT"))
local before, after = os.getenv("LOOKUP_BEFORE"), os.getenv("LOOKUP_AFTER")
local things, asked = {}, 0

function init()
  for thing in io.lines(os.getenv("LOOKUP_THINGS")) do
    things[#things + 1] = thing
  end
  wrk.headers["Accept"] = os.getenv("LOOKUP_ACCEPT")
end

function request()
  local thing = things[(from + asked % count) % #things + 1]
  asked = asked + 1
  return wrk.format("GET", before .. thing .. after)
end

function done(summary, latency)
  local failed = summary.errors
  io.stderr:write(string.format(
    '{"requests": %d, "seconds": %.6f, "bytes": %d, "failed": %d, "errors": %d, "p99_ms": %.3f}\n',
    summary.requests, summary.duration / 1e6, summary.bytes,
    failed.connect + failed.read + failed.write + failed.status + failed.timeout,
    failed.status, latency:percentile(99) / 1e3))
end
