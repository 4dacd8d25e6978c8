import { z } from 'zod'
import { COMPONENT_PATTERN } from '../../../../proto/domain.ts'

/** What the configuration says of a line on which nodes are heard: which nodes, and what their numbers mean. */

const Measured = {
  component: z.string().regex(COMPONENT_PATTERN, 'expected a component code of 16 digits'),
  /** What it measures, with its unit: tilt_deg, level_mm. */
  metric: z.string().regex(/^[a-z][a-z0-9_]*$/, 'expected a name with its unit such as tilt_deg'),
}

const Node = z.strictObject({
  node: z.int().min(1, 'expected 1 to 4294967295').max(0xffff_ffff, 'expected 1 to 4294967295'),
  /** The node sends at least one frame so often; two missing in a row are silence. */
  heartbeatS: z.number().min(1).max(86_400),
  /** Whose reading the battery voltage is; left out, it is not kept. */
  battery: z.strictObject({ ...Measured, metric: Measured.metric.default('battery_mv') }).optional(),
  samples: z
    .array(
      z.strictObject({
        ...Measured,
        /** The node's number of the quantity. */
        code: z.int().min(1, 'expected 1 to 65535').max(65_535, 'expected 1 to 65535'),
        /** value = number * scale + offset */
        scale: z.number().default(1),
        offset: z.number().default(0),
      }),
    )
    .default([]),
})

export const NodeFramesPort = z.strictObject({
  driver: z.literal('node-frames'),
  baud: z.int().min(300).max(4_000_000).default(115_200),
  nodes: z
    .array(Node)
    .min(1)
    .check(({ value: nodes, issues }) => {
      const issue = (path: (string | number)[], message: string) =>
        issues.push({ code: 'custom', input: nodes, path, message })
      const ids = new Set<number>()
      const measured = new Set<string>()
      nodes.forEach(({ node, battery, samples }, n) => {
        if (ids.has(node)) issue([n, 'node'], `node ${node} stands here twice`)
        ids.add(node)
        const codes = new Set<number>()
        samples.forEach(({ code }, s) => {
          if (codes.has(code))
            issue([n, 'samples', s, 'code'], `code ${code} of node ${node} stands here twice`)
          codes.add(code)
        })
        const all = samples.map((sample, s) => ({ ...sample, path: ['samples', s, 'metric'] }))
        for (const { component, metric, path } of battery
          ? [...all, { ...battery, path: ['battery'] }]
          : all) {
          if (measured.has(`${component} ${metric}`))
            issue([n, ...path], `${metric} of ${component} is measured by an earlier entry too`)
          measured.add(`${component} ${metric}`)
        }
      })
    }),
})

export type NodeFramesPortConfig = z.output<typeof NodeFramesPort>
export type NodeConfig = NodeFramesPortConfig['nodes'][number]

const MAX_SILENCE_S = 86_400

/**
 * Nodes speak rarely: a watchdog of the line that is quicker than they are would open it anew all the time. Says
 * so, for the key silenceS; undefined where all is well.
 */
export function nodeFramesSilenceMistake({
  nodes,
  silenceS,
}: NodeFramesPortConfig & { silenceS: number }): string | undefined {
  const heartbeatS = Math.min(...nodes.map((node) => node.heartbeatS))
  const leastS = Math.min(3 * heartbeatS, MAX_SILENCE_S)
  if (silenceS >= leastS) return undefined
  return `found ${silenceS}, but the most frequent node speaks every ${heartbeatS} s: expected at least ${leastS}`
}
