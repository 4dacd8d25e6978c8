import { z } from 'zod'
import { loadCatalogue } from '../../proto/catalogue/catalogue.ts'
import { mistakesOf } from '../../proto/catalogue/catalogue-file.ts'
import { loadPatrolRules } from '../../proto/catalogue/patrol-rules.ts'
import { loadShiftChecks } from '../../proto/catalogue/shift-checks.ts'
import { ID_PATTERN } from '../../proto/domain.ts'
import type { ExternalAddress } from './broker/external.ts'
import type { Worker } from './broker/worker.ts'
import { StoreConfig } from './stores/store-config.ts'

/**
 * The `hub:` section of a configuration file. Everything has a default: `hub: {}` is a hub with its own
 * broker and the SQLite store on 127.0.0.1. Unknown keys are errors. docs/hub.md explains each key.
 */

const Host = z.string().min(1)
/** 0 lets the system choose a free port. */
const Port = z.int().min(0).max(65535)
const Days = z.int().min(1).max(36_500)
const MqttUrl = z.url({ protocol: /^mqtts?$/, error: 'expected a URL such as mqtt://127.0.0.1:1883' })

const EmbeddedBroker = z.strictObject({ host: Host.default('127.0.0.1'), port: Port.default(1883) })

export type BrokerConfig = { embedded: { host: string; port: number } } | ExternalAddress

const Broker = z
  .strictObject({
    embedded: EmbeddedBroker.optional(),
    /** An existing broker: its address, or those of several nodes of one cluster. */
    url: z
      .union([MqttUrl, z.array(MqttUrl).min(1).max(16)], {
        error: 'expected a URL such as mqtt://127.0.0.1:1883, or a list of such',
      })
      .optional(),
    /** Of this hub at an existing broker, and of no other client there. */
    clientId: z.string().min(1).max(64).optional(),
    username: z.string().optional(),
    password: z.string().optional(),
    /** One of several workers: they share the records by a shared subscription of this name. */
    share: z.string().regex(ID_PATTERN, 'expected letters, digits, _ or -').optional(),
    /** One of several workers at a broker without shared subscriptions: each takes a part of the gateways. */
    partition: z
      .strictObject({ index: z.int().min(0).max(63).optional(), of: z.int().min(1).max(64) })
      .optional(),
    /** What a worker takes: tracks, readings and health, shared with others; or the cases and photos of all. */
    role: z.enum(['tracks', 'ledger']).optional(),
  })
  .transform((broker, context): BrokerConfig => {
    const { embedded, url, clientId = 'gridpatrol-hub', share, partition, role, ...login } = broker
    const mistake = (message: string): never => {
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    }
    if (url !== undefined && embedded === undefined) {
      const worker = workerOf(broker)
      if (typeof worker === 'string') return mistake(worker)
      return { url, clientId, ...login, ...(worker ? { worker } : {}) }
    }
    const stray = Object.keys(broker).filter((key) => key !== 'embedded')
    if (stray.length === 0) return { embedded: embedded ?? EmbeddedBroker.parse({}) }
    return mistake(
      embedded
        ? `embedded and ${stray.join(', ')}: expected either embedded (the hub's own broker) or url (an existing one)`
        : `${stray.join(', ')} without url: expected url, the address of the existing broker`,
    )
  })

/** The group of workers that partition counts has no name of its own. */
const PARTS = 'parts'

/** @returns what the worker takes, undefined for a hub that takes everything, or what is wrong in words. */
function workerOf(broker: {
  clientId?: string | undefined
  share?: string | undefined
  partition?: { index?: number | undefined; of: number } | undefined
  role?: 'tracks' | 'ledger' | undefined
}): Worker | string | undefined {
  const { clientId, share, partition, role = 'tracks' } = broker
  if (share === undefined && partition === undefined)
    return broker.role && `role ${role} without share or partition: expected one of them, or no role`
  if (share !== undefined && partition !== undefined) return 'share and partition: expected one of them'
  if (clientId === undefined || !ID_PATTERN.test(clientId))
    return 'clientId: each worker needs one of its own, of letters, digits, _ or -'
  if (share !== undefined) return { group: share, by: 'share', role }
  const { index, of } = partition!
  if (role === 'ledger')
    return index === undefined
      ? { group: PARTS, by: 'partition', role, of }
      : 'partition.index with role ledger: it takes the cases of every part, expected no index'
  if (index === undefined || index >= of) return `partition.index: expected 0 to ${of - 1}`
  return { group: PARTS, by: 'partition', role, index, of }
}

const Page = z.strictObject({
  /** Template of raster tiles with {z}, {x}, {y}. Absent: the page draws the district's own streets. */
  tileUrl: z
    .string()
    .regex(/^https?:\/\/[^/{}\s;,'"]+\/\S*$/, 'expected https://host/…/{z}/{x}/{y}.png')
    .refine((url) => ['{z}', '{x}', '{y}'].every((part) => url.includes(part)), {
      error: 'expected {z}, {x} and {y} in it',
    })
    .optional(),
  tileAttribution: z.string().max(200).optional(),
})

/** InfluxDB deletes by itself, and has one time for all of a database. */
function retentionProblem(hub: {
  store: StoreConfig
  retention: { tracksDays?: number | undefined; readingsDays?: number | undefined }
}): string | undefined {
  const { store, retention } = hub
  if (store.kind === 'sqlite') return undefined
  if (store.bucket !== undefined && (retention.tracksDays ?? retention.readingsDays) !== undefined)
    return 'tracksDays and readingsDays are not for a bucket: set its retention in InfluxDB (docs/influxdb.md)'
  if (retention.readingsDays !== undefined)
    return 'readingsDays with store influxdb: expected tracksDays alone, which counts for readings too'
  return undefined
}

export const HubConfig = z
  .strictObject({
    /** Folder of intake log, ledger, registers and the SQLite store. */
    data: z.string().min(1).default('data/hub'),
    http: z.strictObject({ host: Host.default('127.0.0.1'), port: Port.default(8080) }).prefault({}),
    broker: Broker.prefault({}),
    store: StoreConfig.default({ kind: 'sqlite' }),
    page: Page.default({}),
    /** Folder of a city's own catalogue files, which replace the shipped ones (docs/catalogue.md). */
    catalogue: z.string().min(1).optional(),
    intake: z
      .strictObject({
        /** Records that every consumer has taken stay in the intake log for so long. */
        keepDays: z.int().min(1).max(3650).default(30),
      })
      .prefault({}),
    /** How long what is stored stays; absent: for ever. */
    retention: z
      .strictObject({
        tracksDays: Days.optional(),
        readingsDays: Days.optional(),
        /** After their case was cleared. */
        photosDays: Days.optional(),
      })
      .prefault({}),
  })
  .check(({ value, issues }) => {
    if ('worker' in value.broker && value.broker.worker && value.store.kind === 'sqlite') {
      const message =
        'sqlite, with broker.share or partition: workers need one InfluxDB that all of them write to'
      issues.push({ code: 'custom', input: value, path: ['store', 'kind'], message })
    }
    const retention = retentionProblem(value)
    if (retention !== undefined)
      issues.push({ code: 'custom', input: value, path: ['retention'], message: retention })
    const { catalogue } = value
    if (catalogue === undefined) return
    for (const load of [loadCatalogue, loadPatrolRules, loadShiftChecks])
      for (const message of mistakesOf(() => load(catalogue)))
        issues.push({ code: 'custom', input: value, path: ['catalogue'], message })
  })
export type HubConfig = z.infer<typeof HubConfig>
