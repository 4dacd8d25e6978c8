import { Command } from 'commander'
import { loadHubConfig } from '../configuration/hub-file.ts'
import { createLog } from '../foundation/log.ts'
import { untilAskedToStop } from './until-asked-to-stop.ts'

/** `hub`: the centre from its YAML file, until SIGINT or SIGTERM. */
export function hubCommand(): Command {
  return new Command('hub')
    .description('run the centre: broker and intake, track store, cases, HTTP and the page')
    .requiredOption('-c, --config <file>', 'YAML configuration (see docs/hub.md)')
    .option(
      '--rebuild-tracks',
      'write what the intake log still has to the track store again (docs/influxdb.md)',
    )
    .action(async ({ config, rebuildTracks }: { config: string; rebuildTracks?: boolean }) => {
      const settings = loadHubConfig(config)
      const { startHub } = await import('../hub/hub.ts')
      const log = createLog()
      const hub = await startHub(settings, log, { rebuildTracks })
      log.info({ url: hub.httpUrl, broker: hub.brokerUrl }, 'hub is running')
      await untilAskedToStop(log)
      await hub.close()
    })
}
