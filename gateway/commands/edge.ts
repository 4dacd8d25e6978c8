import { Command } from 'commander'
import { loadEdgeConfig } from '../configuration/edge-file.ts'
import { createLog } from '../foundation/log.ts'
import { untilAskedToStop } from './until-asked-to-stop.ts'

/** `edge`: one gateway from its YAML file, until SIGINT or SIGTERM. */
export function edgeCommand(): Command {
  return new Command('edge')
    .description('run a gateway: serial lines in, cases and tracks out over MQTT')
    .requiredOption('-c, --config <file>', 'YAML configuration (see docs/edge.md)')
    .action(async ({ config }: { config: string }) => {
      const settings = loadEdgeConfig(config)
      const { startEdge } = await import('../edge/edge.ts')
      const log = createLog()
      const edge = await startEdge(settings, log)
      log.info({ gateway: settings.gateway, ports: settings.ports.length }, 'gateway is running')
      await untilAskedToStop(log)
      await edge.stop()
    })
}
