import { z } from 'zod'
import { catalogueProblems } from '../../proto/catalogue/catalogue.ts'
import { StoreConfig } from './stores/store-config.ts'

/**
 * The `hub:` section of a configuration file. Everything has a default: `hub: {}` is a hub with its own
 * broker and the SQLite store on 127.0.0.1. Unknown keys are errors. docs/hub.md explains each key.
 */

const Host = z.string().min(1)
/** 0 lets the system choose a free port. */
const Port = z.int().min(0).max(65535)
const MqttUrl = z.url({ protocol: /^mqtts?$/, error: 'expected a URL such as mqtt://127.0.0.1:1883' })

const EmbeddedBroker = z.strictObject({ host: Host.default('127.0.0.1'), port: Port.default(1883) })

export type BrokerConfig =
  | { embedded: { host: string; port: number } }
  | { url: string; clientId: string; username?: string | undefined; password?: string | undefined }

const Broker = z
  .strictObject({
    embedded: EmbeddedBroker.optional(),
    url: MqttUrl.optional(),
    /** Of this hub at an existing broker; stable, so that the broker keeps messages while the hub is away. */
    clientId: z.string().min(1).max(64).optional(),
    username: z.string().optional(),
    password: z.string().optional(),
  })
  .transform((broker, context): BrokerConfig => {
    const { embedded, url, clientId = 'gridpatrol-hub', ...login } = broker
    if (url !== undefined && embedded === undefined) return { url, clientId, ...login }
    const stray = (['url', 'clientId', 'username', 'password'] as const).filter((key) => key in broker)
    if (stray.length === 0) return { embedded: embedded ?? EmbeddedBroker.parse({}) }
    context.addIssue({
      code: 'custom',
      message: embedded
        ? `embedded and ${stray.join(', ')}: expected either embedded (the hub's own broker) or url (an existing one)`
        : `${stray.join(', ')} without url: expected url, the address of the existing broker`,
    })
    return z.NEVER
  })

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
  })
  .check(({ value, issues }) => {
    if (value.catalogue === undefined) return
    for (const message of catalogueProblems(value.catalogue))
      issues.push({ code: 'custom', input: value, path: ['catalogue'], message })
  })
export type HubConfig = z.infer<typeof HubConfig>
