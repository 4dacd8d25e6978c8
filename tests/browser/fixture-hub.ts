import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import type { z } from 'zod'
import { generateDistrict } from '../../device-sim/city/district.ts'
import type { District } from '../../proto/district.ts'
import {
  type CaseWithSteps as Case,
  Cases,
  CaseWithSteps,
  ComponentsAnswer,
  Devices,
  type FixJson,
  GatewayHealth,
  GridsAnswer,
  HttpError,
  LIVE_EVENTS,
  PageSettings,
  StreetsAnswer,
  Summary,
} from '../../proto/http.ts'
import { COVERAGE_POLICIES, Findings, type LiveCoverage } from '../../proto/patrol-http.ts'
import { type AnsweredTrack, TRACK_COLUMNS_TYPE } from '../../proto/track-columns.ts'
import { caseOf, handCaseOf } from './fixture-cases.ts'
import { answerTracks, heatOf, type Patrols, summaryOfTrack, trackOfFixes } from './fixture-patrols.ts'
import { type Ride, rideAlong } from './fixture-rides.ts'
import { FixtureCoverage } from './fixture-roads.ts'
import { FixtureShifts } from './fixture-shifts.ts'

/**
 * A stand-in for the hub, as the page sees it: serves the built page and answers by the contract's schemas,
 * with a small district, four e-bikes and a few cases. Every answer passes its schema before it is sent.
 */

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

/** Would run, were a name ever written into the page as HTML. */
export const HOSTILE_NAME = '<img src=x onerror="window.pwned=1">'

export const CONTENT_SECURITY_POLICY =
  "default-src 'self';script-src 'self';style-src 'self' 'unsafe-inline';worker-src 'self' blob:;" +
  "img-src 'self' data: blob:;connect-src 'self' data: blob:;font-src 'self';object-src 'none';base-uri 'self'"

export interface FixtureHub {
  url: string
  startMs: number
  district: District
  rides: Ride[]
  cases: Case[]
  /** Raises a case now and tells it on the live stream. */
  raiseCase: () => Case
  /** An inspector reports this now; none of its photos has come yet. */
  reportByHand: (note: string, photos: number) => Case
  /** A photo of that case has come whole, which the live stream tells. */
  photoComes: (id: string, photo: number, png: Uint8Array) => void
  setOnline: (device: string, online: boolean) => void
  /** Cuts the live streams; until `restoreLive` new ones are refused. */
  cutLive: () => void
  restoreLive: () => void
  shifts: FixtureShifts
  /** Of a running shift, on the live stream. */
  tellCoverage: (told: LiveCoverage) => void
  /** Answers a path of the API with this from now on; undefined: as before. */
  override: (path: string, answer: { status: number; body: unknown } | undefined) => void
  requests: string[]
  close: () => Promise<void>
}

/** @param patrols replayed beside the four e-bikes: tracks alone, that report nothing live. */
export async function startFixtureHub(dist: string, patrols: Patrols = new Map()): Promise<FixtureHub> {
  const startMs = Math.floor(Date.now() / 1000) * 1000
  const district = hostileDistrict()
  const rides = planRides(district, startMs)
  const cases = [
    caseOf(district, {
      serial: 1,
      fault: 'cover_tilted',
      place: 40,
      raisedMs: startMs - 26 * MINUTE_MS,
      gateway: 'ebike-01',
    }),
    caseOf(district, {
      serial: 2,
      fault: 'lamp_out',
      place: 80,
      raisedMs: startMs - 95 * MINUTE_MS,
      gateway: 'cabinet-7',
    }),
    caseOf(district, {
      serial: 3,
      fault: 'cover_tilted',
      place: 99,
      raisedMs: startMs - 30 * HOUR_MS,
      clearedMs: startMs - 29 * HOUR_MS,
      gateway: 'ebike-02',
    }),
  ]
  const known = () => rides.map((ride) => ({ ...ride, fixes: ride.fixes.filter(isPast) }))
  const coverage = new FixtureCoverage(district, () => rides)
  const shifts = new FixtureShifts(district, () => rides, coverage, startMs)
  const streams = new Set<ServerResponse>()
  const overrides = new Map<string, { status: number; body: unknown }>()
  const requests: string[] = []
  const photos = new Map<string, Uint8Array>()
  let liveOpen = true

  const send = <Name extends keyof typeof LIVE_EVENTS>(
    name: Name,
    event: z.input<(typeof LIVE_EVENTS)[Name]>,
  ) => {
    const data = JSON.stringify(LIVE_EVENTS[name].parse(event))
    for (const stream of streams) stream.write(`event: ${name}\ndata: ${data}\n\n`)
  }

  const api = (path: string, query: URLSearchParams): unknown => {
    const [first, id, third] = path.slice(1).split('/')
    const from = query.get('from') ?? new Date(startMs - 24 * HOUR_MS).toISOString()
    const to = query.get('to') ?? new Date().toISOString()
    switch (first) {
      case 'settings':
        return PageSettings.parse({})
      case 'grids':
        return GridsAnswer.parse(district.grids)
      case 'streets':
        return StreetsAnswer.parse(district.streets)
      case 'components':
        return ComponentsAnswer.parse(district.components)
      case 'devices': {
        if (id === undefined) return deviceList(known(), patrols)
        const patrol = patrols.get(id)
        if (patrol) return summaryOfTrack(patrol, from, to)
        const ride = known().find(({ device }) => device === id)
        if (!ride) return undefined
        if (third === 'health') return healthOf(ride, startMs)
        return summaryOf(ride, from, to)
      }
      case 'findings':
        return Findings.parse({ findings: [], shifts: 0 })
      case 'heat':
        return heatOf(tracksBetween(from, to, query.get('devices')), from, to)
      case 'coverage': {
        const asked = { grid: query.get('grid') ?? '', from, to }
        const policy = COVERAGE_POLICIES.find((one) => one === query.get('policy')) ?? 'area'
        return id === 'roll-up' ? coverage.rollUp(policy, asked) : coverage.answer(policy, asked)
      }
      case 'cases': {
        if (id !== undefined) return CaseWithSteps.parse(cases.find((one) => one.id === id))
        const listed = cases.filter(({ open }) => open || query.get('open') !== 'true')
        return Cases.parse({ cases: listed.toSorted((a, b) => b.raised.localeCompare(a.raised)) })
      }
      default:
        return undefined
    }
  }

  const tracksBetween = (from: string, to: string, devices: string | null): AnsweredTrack[] => {
    const wanted = devices?.split(',')
    const rode = known().map((ride) => trackOfFixes(ride.device, clipped(ride, from, to)))
    return [...rode, ...patrols.values()].filter(({ device }) => wanted?.includes(device) ?? true)
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://fixture')
    requests.push(`${url.pathname}${url.search}`)
    response.setHeader('content-security-policy', CONTENT_SECURITY_POLICY)
    if (!url.pathname.startsWith('/api/v1/')) void serveFile(dist, url.pathname, response)
    else if (url.pathname === '/api/v1/live') openStream(request, response)
    else {
      const path = url.pathname.slice('/api/v1'.length)
      const png = photos.get(path)
      if (png) {
        response.writeHead(200, { 'content-type': 'image/png', 'x-content-type-options': 'nosniff' }).end(png)
        return
      }
      const override = overrides.get(path)
      if (path === '/tracks' && !override) {
        const [from, to] = [url.searchParams.get('from')!, url.searchParams.get('to')!]
        void answerTracks(tracksBetween(from, to, url.searchParams.get('devices')), url.searchParams).then(
          (bytes) => response.writeHead(200, { 'content-type': TRACK_COLUMNS_TYPE }).end(bytes),
        )
        return
      }
      if (!override && /^\/(shifts|beats|missed|last-seen)\b/.test(path)) {
        void bodyOf(request).then((sent) => {
          const said = shifts.answer(request.method ?? 'GET', path, url.searchParams, sent)
          answer(response, said === undefined ? 404 : 200, said ?? { error: { message: `no ${path}` } })
        })
        return
      }
      const body = override ? override.body : api(path, url.searchParams)
      if (override) answer(response, override.status, body)
      else if (body === undefined)
        answer(response, 404, HttpError.parse({ error: { message: `no ${path}`, hint: 'choose another' } }))
      else answer(response, 200, body)
    }
  })
  const openStream = (request: IncomingMessage, response: ServerResponse) => {
    if (!liveOpen) return answer(response, 502, 'no hub behind this proxy')
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    response.write('retry: 2000\n\n')
    streams.add(response)
    request.on('close', () => streams.delete(response))
  }

  const sent = new Map<string, number>()
  const ticker = setInterval(() => {
    for (const { device, online, fixes } of rides) {
      if (!online) continue
      const since = sent.get(device) ?? Date.now()
      const news = fixes.filter(({ time }) => Date.parse(time) > since && isPast({ time }))
      const last = news.at(-1)
      if (last) {
        sent.set(device, Date.parse(last.time))
        send('fixes', { device, fixes: news })
      } else sent.set(device, since)
    }
  }, 1000)

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    startMs,
    district,
    rides,
    cases,
    raiseCase: () => {
      const plan = {
        fault: 'cover_tilted',
        place: 7 * cases.length,
        raisedMs: Date.now(),
        gateway: 'ebike-02',
      } as const
      const raised = caseOf(district, { serial: cases.length + 1, ...plan })
      cases.push(raised)
      send('case', raised)
      return raised
    },
    reportByHand: (note, number) => {
      const plan = { place: 5, raisedMs: Date.now(), gateway: 'ebike-02', note, photos: number }
      const reported = handCaseOf(district, { serial: cases.length + 1, ...plan })
      cases.push(reported)
      send('case', reported)
      return reported
    },
    photoComes: (id, photo, png) => {
      const one = cases.find((each) => each.id === id)!
      one.manual!.photosHere.push(photo)
      photos.set(`/cases/${id}/photos/${photo}`, png)
      send('case', one)
    },
    setOnline: (device, online) => {
      for (const ride of rides) if (ride.device === device) ride.online = online
      send('device', { id: device, online })
    },
    cutLive: () => {
      liveOpen = false
      for (const stream of streams) stream.destroy()
    },
    restoreLive: () => {
      liveOpen = true
    },
    shifts,
    tellCoverage: (told) => send('coverage', told),
    override: (path, given) => {
      if (given) overrides.set(path, given)
      else overrides.delete(path)
    },
    requests,
    close: async () => {
      clearInterval(ticker)
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const isPast = ({ time }: { time: string }) => Date.parse(time) <= Date.now()

/** One component, one grid and one street bear names that are code. */
function hostileDistrict(): District {
  const district = generateDistrict(1)
  const cover = district.components.features.filter(({ properties }) => /井盖/.test(properties.name))[40]!
  cover.properties.name = `井盖 ${HOSTILE_NAME}`
  district.grids.features[9]!.properties.name = HOSTILE_NAME
  district.streets.features[5]!.properties.name = HOSTILE_NAME
  return district
}

function planRides(district: District, startMs: number): Ride[] {
  const codes = district.grids.features.map(({ properties }) => properties.code)
  const shared = { online: true, fromMs: startMs - 3 * HOUR_MS, toMs: startMs + HOUR_MS / 2 }
  return [
    rideAlong(district, {
      ...shared,
      device: 'ebike-01',
      beat: codes.slice(4, 7),
      gaps: [{ fromMs: startMs - 40 * MINUTE_MS, toMs: startMs - 34 * MINUTE_MS, cause: 'no-fix' }],
      stops: [{ fromMs: startMs - 20 * MINUTE_MS, toMs: startMs - 14 * MINUTE_MS }],
      poor: [{ fromMs: startMs - 55 * MINUTE_MS, toMs: startMs - 46 * MINUTE_MS }],
    }),
    rideAlong(district, { ...shared, device: 'ebike-02', beat: codes.slice(0, 3) }),
    rideAlong(district, { ...shared, device: 'ebike-03', beat: codes.slice(9, 12) }),
    rideAlong(district, {
      ...shared,
      device: 'ebike-04',
      beat: codes.slice(13, 15),
      online: false,
      toMs: startMs - 50 * MINUTE_MS,
    }),
  ]
}

function deviceList(rides: readonly Ride[], patrols: Patrols): z.output<typeof Devices> {
  const riding = [...patrols.values()].map(({ device, timeMs, lat, lon, count }) => {
    const time = new Date(timeMs[count - 1]!).toISOString()
    const lastFix = { time, lat: lat[count - 1], lon: lon[count - 1] }
    return { id: device, gateway: device, online: false, lastSeen: time, lastFix }
  })
  return Devices.parse({
    devices: rides
      .map(({ device, online, fixes }) => ({
        id: device,
        gateway: device,
        online,
        lastSeen: online ? new Date().toISOString() : fixes.at(-1)?.time,
        lastFix: fixes.at(-1),
        ...(device === TROUBLED ? { attention: ['port-down', 'data-budget'] } : {}),
      }))
      .concat(riding as never[]),
  })
}

/** On whose gateway something wants a person. */
export const TROUBLED = 'ebike-03'

function healthOf({ device, online }: Ride, startMs: number): GatewayHealth {
  const troubled = device === TROUBLED
  const time = new Date(startMs - 40_000).toISOString()
  return GatewayHealth.parse({
    gateway: device,
    receivedAt: time,
    online,
    time,
    timeSource: 'gps',
    uptimeS: 3 * 3600,
    version: '0.1.0',
    memoryBytes: 82e6,
    ports: [
      {
        name: 'gps',
        path: '/dev/serial/by-id/usb-receiver',
        state: 'open',
        counters: { sentences: 54_321 },
        satellites: [
          { system: 'GPS', inView: 11, used: 8 },
          { system: 'BeiDou', inView: 14 },
        ],
      },
      troubled
        ? { name: 'board', path: '/dev/ttyUSB1', state: 'missing', detail: HOSTILE_NAME, counters: {} }
        : { name: 'board', path: '/dev/ttyUSB1', state: 'open', counters: {} },
    ],
    outbox: { records: 4, bytes: 1234, dropped: {} },
    link: {
      breaks: 1,
      connectedS: 10_000,
      acknowledgedMs: 70,
      receiptedMs: 210,
      dataBytes: troubled ? 9e6 : 2e6,
      budgetBytes: 10e6,
      thinning: 0,
      thinnedFixes: 0,
    },
    storage: { state: 'ok', inMemory: 0, setAside: 0 },
    attention: troubled
      ? [{ key: 'port-down', port: 'board', detail: `missing: ${HOSTILE_NAME}` }, { key: 'data-budget' }]
      : [],
  })
}

const clipped = (ride: Ride, from: string, to: string): FixJson[] =>
  ride.fixes.filter(({ time }) => Date.parse(time) >= Date.parse(from) && Date.parse(time) < Date.parse(to))

function summaryOf(ride: Ride, from: string, to: string): z.output<typeof Summary> {
  const fixes = clipped(ride, from, to)
  const inRange = (span: { from: string; to: string }) =>
    Date.parse(span.to) > Date.parse(from) && Date.parse(span.from) < Date.parse(to)
  const first = fixes[0]?.time
  const last = fixes.at(-1)?.time
  return Summary.parse({
    device: ride.device,
    from,
    to,
    fixes: fixes.length,
    ...(first && last ? { first, last } : {}),
    distanceM: fixes.reduce((sum, { speedMps }) => sum + (speedMps ?? 0), 0),
    movingS: fixes.filter(({ speedMps }) => (speedMps ?? 0) > 0.5).length,
    ...(fixes.length > 0 ? { maxSpeedMps: Math.max(...fixes.map(({ speedMps }) => speedMps ?? 0)) } : {}),
    stops: ride.stops.filter(inRange),
    gaps: ride.gaps.filter(inRange),
  })
}

const MEDIA: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

async function serveFile(dist: string, path: string, response: ServerResponse): Promise<void> {
  const file = normalize(path === '/' ? '/index.html' : path)
  try {
    const content = await readFile(join(dist, file))
    response
      .writeHead(200, { 'content-type': MEDIA[extname(file)] ?? 'application/octet-stream' })
      .end(content)
  } catch {
    response.writeHead(404).end()
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text === '' ? undefined : JSON.parse(text)
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
