import { z } from 'zod'

/** The `store:` part of a hub's configuration: where tracks and readings are recorded. docs/influxdb.md has samples. */

const Name = z.string().min(1).max(200)

const SqliteStoreConfig = z.strictObject({ kind: z.literal('sqlite') })

export const InfluxStoreConfig = z
  .strictObject({
    kind: z.literal('influxdb'),
    url: z
      .url({ protocol: /^https?$/, error: 'expected a URL such as http://127.0.0.1:8086' })
      .refine((url) => !/^https?:\/\/[^/]*@/.test(url), {
        error: 'expected no login inside the URL: put it into username and password, or token',
      }),
    /** InfluxDB 1.x, which forbids slashes; made where it is missing. On 2.x: the database that a DBRP mapping ties to the bucket. */
    database: Name.regex(/^[^\\/"\p{Cc}]+$/u, 'expected no slash, quote or control character').optional(),
    /** InfluxDB 2.x; on 3.x the database. */
    bucket: Name.optional(),
    org: Name.optional(),
    token: Name.optional(),
    /** A file with nothing but the token, instead of `token`: as Docker and systemd hand secrets over. */
    tokenFile: z.string().min(1).optional(),
    /** InfluxDB 1.x with authentication. */
    username: Name.optional(),
    password: z.string().optional(),
    /** How long InfluxDB may take to answer, in seconds; 30 where it is absent. */
    timeoutS: z.int().min(1).max(600).optional(),
  })
  .refine((store) => store.token === undefined || store.tokenFile === undefined, {
    error: 'expected token or tokenFile, not both',
  })
  .refine((store) => store.database !== undefined || store.bucket !== undefined, {
    error: 'expected database (InfluxDB 1.x) or bucket (2.x, 3.x)',
  })

export const StoreConfig = z.discriminatedUnion('kind', [SqliteStoreConfig, InfluxStoreConfig])

export type InfluxStoreConfig = z.infer<typeof InfluxStoreConfig>
export type StoreConfig = z.infer<typeof StoreConfig>
