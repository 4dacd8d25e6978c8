import { join } from 'node:path'
import { loadCatalogue } from '../../proto/catalogue/catalogue.ts'
import type { Log } from '../foundation/log.ts'
import { fixJson } from './api/fix-json.ts'
import { healthParts } from './api/health-parts.ts'
import { LiveFeed } from './api/live-feed.ts'
import { createMetrics } from './api/metrics.ts'
import { caseRoutes } from './api/routes/cases.ts'
import { deviceRoutes } from './api/routes/devices.ts'
import { gatewayHealthRoutes } from './api/routes/gateway-health.ts'
import { healthRoutes } from './api/routes/health.ts'
import { liveRoutes } from './api/routes/live.ts'
import { metricsRoutes } from './api/routes/metrics.ts'
import { photoRoutes } from './api/routes/photos.ts'
import { registerRoutes } from './api/routes/registers.ts'
import { settingsRoutes } from './api/routes/settings.ts'
import { trackRoutes } from './api/routes/track.ts'
import { tracksRoutes } from './api/routes/tracks.ts'
import { startHttpServer } from './api/server.ts'
import type { Broker } from './broker/broker.ts'
import { EmbeddedBroker } from './broker/embedded.ts'
import { ExternalBroker } from './broker/external.ts'
import type { HubConfig } from './config.ts'
import { keepingGoodPoints } from './dead-letters/bisect-points.ts'
import { Replayer } from './dead-letters/replayer.ts'
import { Cursor } from './intake/cursor.ts'
import { Intake } from './intake/intake.ts'
import { IntakeLog } from './intake/intake-log.ts'
import { Overheard } from './intake/overheard.ts'
import { keepPruned } from './intake/pruning.ts'
import { type TrackSinks, trackConsumer } from './intake/track-consumer.ts'
import { Announcer } from './ledger/announcer.ts'
import { caseConsumer } from './ledger/case-consumer.ts'
import { caseJson } from './ledger/case-json.ts'
import { caseSurroundings } from './ledger/case-surroundings.ts'
import { Ledger, type LedgerCase } from './ledger/ledger.ts'
import { photoConsumer } from './ledger/photo-consumer.ts'
import { keepSwept } from './ledger/photo-sweep.ts'
import { type DroppedPhoto, Photos } from './ledger/photos.ts'
import type { PatrolPlan } from './patrol/shifts/patrol-plan.ts'
import { openPatrolDesk } from './patrol-desk.ts'
import { PresenceRegister } from './registers/presence.ts'
import { openRegisters, type Registers } from './registers/registers.ts'
import { keepRetention } from './retention.ts'
import { openTrackStore } from './stores/open-track-store.ts'
import type { TrackStore } from './stores/track-store.ts'

/**
 * The centre, read top-down as the way the data goes:
 *
 *   broker ─ intake log (commit, then acknowledge, then receipt)
 *              ├─ cursor `tracks` ─ track store ─ devices, health ─┐
 *              │                        └─ patrol desk ────────────┤
 *              ├─ cursor `cases` ── ledger ─ announcer ─ broker    ├─ API, live page
 *              └─ cursor `photos` ─ photos of reports by hand ─────┘
 *
 * In: batches of gateways over MQTT, questions over HTTP. Out: receipts, cases as JSON, answers. Fails at
 * the start alone (a port is taken, the data folder cannot be written); afterwards a part that fails is
 * tried again and shows in /healthz, and the others go on.
 */
export interface Hub {
  /** http://127.0.0.1:8080 */
  readonly httpUrl: string
  /** Where gateways connect: mqtt://127.0.0.1:1883 */
  readonly brokerUrl: string
  /** To import a district into the running hub. */
  readonly registers: Registers
  readonly trackStore: TrackStore
  /** Who patrols which grids when. */
  readonly plan: PatrolPlan
  /** Takes nothing more, finishes what is at hand, closes the files. */
  close(): Promise<void>
}

/**
 * @param options.rebuildTracks - write everything that the intake log still has to the track store again.
 * @throws PortTaken; Error of node:sqlite where a file of the data folder cannot be opened.
 */
export async function startHub(
  config: HubConfig,
  log: Log,
  options: { rebuildTracks?: boolean | undefined } = {},
): Promise<Hub> {
  await using opened = new AsyncDisposableStack()

  const intakeLog = opened.adopt(new IntakeLog(join(config.data, 'intake.db')), (it) => it.close())
  const registers = opened.adopt(openRegisters(config.data), (it) => it.close())
  const ledger = opened.adopt(new Ledger(config.data), (it) => it.close())
  const photos = opened.adopt(new Photos(config.data), (it) => it.close())
  const store = opened.adopt(await openTrackStore(config.store, config.data), (it) => it.close())
  const presence = new PresenceRegister()
  const live = new LiveFeed()
  const patrol = opened.adopt(openPatrolDesk({ config, registers, presence, store, live, log }), (it) =>
    it.close(),
  )
  const surroundings = caseSurroundings(registers, photos, loadCatalogue(config.catalogue))
  const toJson = (entry: LedgerCase) => caseJson(entry, surroundings)
  const broker = createBroker(config, log)

  const announcer = new Announcer({
    ledger,
    toJson,
    publish: (caseId, json, retain) => broker.publishCase(caseId, json, retain),
    log,
  })
  const showing: Omit<TrackSinks, 'store' | 'stored'> = {
    seen: (sightings, healths, times) => {
      const { movedOn, attention } = registers.heard(sightings, healths, presence, times)
      for (const [id, keys] of attention)
        live.publish('device', () => ({ id, online: presence.isOnline(id), attention: keys }))
      return movedOn
    },
    live: (device, fixes) => live.publish('fixes', () => ({ device, fixes: fixes.map(fixJson) })),
  }
  if (options.rebuildTracks) intakeLog.advance('tracks', 0)
  const takeTracks = keepingGoodPoints(trackConsumer({ store, stored: patrol.stored, ...showing }))
  const tracks = new Cursor({
    name: 'tracks',
    selection: 'all',
    log: intakeLog,
    consume: takeTracks,
    // A store on another machine works while this one decodes; the one in the data folder works here.
    ahead: store.kind !== 'sqlite',
    logger: log,
  })
  const onChanged = (changed: LedgerCase[]): void => {
    announcer.wake()
    for (const entry of changed) live.publish('case', () => toJson(entry))
  }
  const onDropped = (dropped: DroppedPhoto[]): void => {
    for (const { gateway, caseId, photo, why } of dropped) {
      const detail = `photo ${photo} of case ${caseId} dropped: ${why}`
      log.warn({ gateway, detail }, 'photos: dropped')
      intake.setAside({ gateway, reason: 'photo-dropped', detail, payload: new Uint8Array() })
    }
  }
  const takeCases = caseConsumer({ ledger, photos, onChanged, onDropped, log })
  const cases = new Cursor({
    name: 'cases',
    selection: 'case',
    log: intakeLog,
    consume: takeCases,
    logger: log,
  })
  const takePhotos = photoConsumer({
    ledger,
    photos,
    ledgerSeen: () => cases.seen,
    onWhole: (entry) => onChanged([entry]),
  })
  const photoParts = new Cursor({
    name: 'photos',
    selection: 'photo',
    log: intakeLog,
    consume: takePhotos,
    spend: 'photo',
    logger: log,
  })
  const cursors = [tracks, cases, photoParts]
  const replayer = new Replayer({
    letters: intakeLog.deadLetters,
    consumers: { tracks: takeTracks, cases: takeCases, photos: takePhotos },
    logger: log,
  })
  const intake = new Intake({
    store: intakeLog,
    log,
    sendDown: (gateway, payload) => broker.publishDown(gateway, payload),
    onKept: () => {
      for (const cursor of cursors) cursor.wake()
    },
  })

  // The worker that has the ledger has the page: it shows what the others store.
  const notKept = { store: { write: async () => {} }, stored: patrol.heard }
  const overheard = new Overheard(trackConsumer({ ...notKept, ...showing }), log)

  // From here on things run; what is started last is stopped first.
  patrol.start()
  for (const part of [...cursors, announcer, replayer]) {
    part.start()
    opened.defer(() => part.stop())
  }
  opened.defer(keepPruned(intakeLog, cursors, config.intake.keepDays, log))
  opened.defer(keepSwept({ ledger, photos, onDropped, log }))
  opened.defer(keepRetention({ retention: config.retention, store, ledger, photos, log }))
  opened.defer(() => intake.flush())
  overheard.start()
  opened.defer(() => overheard.stop())

  const states = { broker: () => broker.state(), intake: () => intake.state() }
  const http = await startHttpServer({
    ...config.http,
    page: config.page,
    log,
    root: [
      healthRoutes(
        healthParts({
          ...states,
          store,
          trackCursor: () => tracks.state(),
          caseCursor: () => cases.state(),
          photoCursor: () => photoParts.state(),
          deadLetters: () => ({ ...intakeLog.deadLetters.open(), ...intakeLog.asideCounts() }),
        }),
      ),
      metricsRoutes(
        createMetrics({
          ...states,
          cursors: () => cursors.map((cursor) => cursor.state()),
          setAside: () => intakeLog.setAside(),
          asideCounts: () => intakeLog.asideCounts(),
          deadLetters: () => intakeLog.deadLetters.open(),
          openCases: () => ledger.openCount(),
          photoBytes: () => photos.bytes(),
          gatewaysOnline: () => presence.count,
          gatewayHealth: () => registers.health.totals(presence, Date.now()),
          livePages: () => live.listeners,
        }),
      ),
    ],
    api: [
      deviceRoutes(registers, presence),
      gatewayHealthRoutes(registers, presence),
      trackRoutes(registers.devices, store),
      tracksRoutes(registers.devices, store),
      ...patrol.routes,
      caseRoutes(ledger, toJson),
      photoRoutes(ledger, photos),
      registerRoutes(registers),
      liveRoutes(live),
      settingsRoutes(config.page),
    ],
  })
  opened.defer(() => http.close())
  opened.defer(() => live.close())

  opened.defer(() => broker.close())
  await broker.start({
    onUp: (gateway, payload, done) => intake.take(gateway, payload, done),
    ...(hasPageOfWorkers(config) ? { onPassedOver: (...record) => overheard.take(...record) } : {}),
    onRefused: (refusal) => intake.setAside(refusal),
    onPresence: (gateway, report) => {
      if (!presence.note(gateway, report)) return
      log.info({ gateway, online: report.online }, 'gateway presence')
      live.publish('device', () => ({ id: gateway, online: report.online }))
    },
    onReady: () => announcer.republish(),
  })

  const running = opened.move()
  return {
    httpUrl: http.url,
    brokerUrl: broker.url,
    registers,
    trackStore: store,
    plan: patrol.plan,
    close: () => running.disposeAsync(),
  }
}

function hasPageOfWorkers({ broker }: HubConfig): boolean {
  return 'worker' in broker && broker.worker?.role === 'ledger'
}

function createBroker({ broker }: HubConfig, log: Log): Broker {
  return 'embedded' in broker ? new EmbeddedBroker(broker.embedded, log) : new ExternalBroker(broker, log)
}
