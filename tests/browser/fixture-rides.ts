import { type StreetGraph, streetGraph } from '../../device-sim/city/street-graph.ts'
import { PatrolRoute } from '../../device-sim/ebike/patrol-route.ts'
import { Random } from '../../device-sim/random.ts'
import type { District } from '../../proto/district.ts'
import type { FixJson, Summary } from '../../proto/http.ts'

/** Rides of the fixture: known to the metre, so that a test can say where a marker must be. */

export interface Ride {
  device: string
  online: boolean
  /** At 1 Hz, also into the future: the live stream goes on from there. */
  fixes: FixJson[]
  gaps: Summary['gaps']
  stops: Summary['stops']
}

interface Plan {
  device: string
  beat: string[]
  online: boolean
  fromMs: number
  toMs: number
  /** Half-open. */
  gaps?: { fromMs: number; toMs: number; cause: Summary['gaps'][number]['cause'] }[]
  stops?: { fromMs: number; toMs: number }[]
  /** The receiver says that it is off by 60 m. */
  poor?: { fromMs: number; toMs: number }[]
}

const SPEED_MPS = 4.5

export function rideAlong(district: District, plan: Plan): Ride {
  const graph = streetGraph(district)
  const walk = walker(graph, plan)
  const fixes: FixJson[] = []
  const within = (spans: readonly { fromMs: number; toMs: number }[] | undefined, timeMs: number) =>
    spans?.find(({ fromMs, toMs }) => fromMs <= timeMs && timeMs < toMs)
  const stops: Summary['stops'] = []
  for (let timeMs = plan.fromMs; timeMs < plan.toMs; timeMs += 1000) {
    const stop = within(plan.stops, timeMs)
    const speedMps = stop
      ? 0
      : SPEED_MPS * (0.75 + 0.25 * Math.sin(timeMs / 17_000 + plan.device.charCodeAt(7)))
    const place = walk(speedMps)
    if (stop && stop.fromMs === timeMs)
      stops.push({ ...span(stop.fromMs, stop.toMs), lat: place.lat, lon: place.lon })
    if (within(plan.gaps, timeMs)) continue
    fixes.push({
      time: new Date(timeMs).toISOString(),
      ...place,
      speedMps: Number(speedMps.toFixed(2)),
      satellites: 14 + Math.round(4 * Math.sin(timeMs / 60_000)),
      hdop: 0.9,
      quality: 'gps',
      accuracyM: within(plan.poor, timeMs) ? 60 : 2.5,
    })
  }
  const gaps = (plan.gaps ?? []).map(({ fromMs, toMs, cause }) => ({ ...span(fromMs - 1000, toMs), cause }))
  return { device: plan.device, online: plan.online, fixes, gaps, stops }
}

const span = (fromMs: number, toMs: number) => ({
  from: new Date(fromMs).toISOString(),
  to: new Date(toMs).toISOString(),
  durationS: (toMs - fromMs) / 1000,
})

/** Each call goes on for a second at a speed and says where that leads. */
export function walker(graph: StreetGraph, { device, beat }: Pick<Plan, 'device' | 'beat'>) {
  const route = new PatrolRoute(graph, beat, new Random(7, device))
  let legs = [route.start()]
  let alongM = 0
  return (speedMps: number) => {
    alongM += speedMps
    let leg = legs[0]!
    while (alongM > graph.edges[leg.edge]!.lengthM) {
      alongM -= graph.edges[leg.edge]!.lengthM
      legs.shift()
      if (legs.length === 0) legs = route.after(leg)
      leg = legs[0]!
    }
    const from = graph.nodes[leg.from]!
    const to = graph.nodes[leg.to]!
    const share = alongM / graph.edges[leg.edge]!.lengthM
    const { lat, lon } = graph.plane.toWgs84({
      xM: from.xM + (to.xM - from.xM) * share,
      yM: from.yM + (to.yM - from.yM) * share,
    })
    const courseDeg = ((Math.atan2(to.xM - from.xM, to.yM - from.yM) * 180) / Math.PI + 360) % 360
    return {
      lat: Number(lat.toFixed(7)),
      lon: Number(lon.toFixed(7)),
      courseDeg: Number(courseDeg.toFixed(1)),
    }
  }
}
