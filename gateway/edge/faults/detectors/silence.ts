import { AnySubject } from '../any-subject.ts'
import type { Judgement, MakeFaultDetector } from '../fault-detector.ts'

/** How often it is noted for a restart how long a sensor has been silent. */
const NOTE_EVERY_MS = 15 * 60_000

/**
 * Sensor silent (传感器失联): no reading for longer than its heartbeat allows. The time in which a whole circuit or
 * the port is silent does not count: that is a case of its own. The silence before a restart does.
 */
export const silence: MakeFaultDetector<'silence'> = (rule, context) => {
  const metrics = rule.metrics ?? [...new Set(context.sensors.map(({ metric }) => metric))]
  const sensors = new AnySubject(rule, metrics, context.raised)
  const portOf = new Map(context.sensors.map(({ metric, port }) => [metric, port]))
  const silentBefore = readState(context.memory.load())
  const heardAtMs = new Map(
    metrics.map((metric) => [metric, context.startedAtMs - (silentBefore[metric] ?? 0)]),
  )
  let noted = silentBefore
  let notedAtMs = context.startedAtMs

  function note(atMs: number): void {
    notedAtMs = atMs
    const silentMs = [...heardAtMs].map(([metric, heardMs]) => [metric, Math.round(atMs - heardMs)] as const)
    const now = Object.fromEntries(silentMs.filter(([, ms]) => ms >= NOTE_EVERY_MS))
    if (Object.keys(now).length === 0 && Object.keys(noted).length === 0) return
    noted = now
    context.memory.save(now)
  }

  const explained = (metric: string, atMs: number): boolean => {
    const port = portOf.get(metric)
    return context.explained(context.component, atMs) || (port !== undefined && context.explained(port, atMs))
  }

  return {
    evidenceSpanMs: rule.raise * 1000,
    get raised() {
      return sensors.raised
    },
    observe({ metric, source, atMs }) {
      if (source !== context.component || !heardAtMs.has(metric)) return undefined
      heardAtMs.set(metric, atMs)
      if (noted[metric] !== undefined) note(atMs)
      const verdict = sensors.observe(metric, 0, atMs)
      return verdict && { value: 0, verdict, subject: metric }
    },
    tick({ atMs }) {
      let worst: Judgement | undefined
      for (const metric of metrics) {
        if (!sensors.isRaised(metric) && explained(metric, atMs)) heardAtMs.set(metric, atMs)
        const silentS = (atMs - heardAtMs.get(metric)!) / 1000
        if (silentS <= 0) continue
        const verdict = sensors.observe(metric, silentS, atMs)
        if (verdict || !worst || (!worst.verdict && silentS > worst.value))
          worst = { value: silentS, verdict, subject: metric }
      }
      if (atMs - notedAtMs >= NOTE_EVERY_MS) note(atMs)
      return worst
    },
    takeSuppressed: () => sensors.takeSuppressed(),
  }
}

/** Milliseconds of silence by metric. */
function readState(state: unknown): Record<string, number> {
  if (typeof state !== 'object' || state === null) return {}
  return Object.fromEntries(
    Object.entries(state).filter(
      (entry): entry is [string, number] => Number.isFinite(entry[1]) && entry[1] >= 0,
    ),
  )
}
