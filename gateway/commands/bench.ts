import { Command } from 'commander'

/** `bench [NAME]`: the benchmarks live with the tests, each beside a peer or a limit measured in the same run. */
export function benchCommand(): Command {
  return new Command('bench')
    .description('measure speed, bytes and memory beside peers and physical limits; all of them, or one')
    .argument('[name]', 'nmea, wire, track, chain, stores, coverage or memory')
    .action(async (name: string | undefined) => {
      const { runBenches } = await import('../../tests/bench/bench.ts')
      await runBenches(name)
    })
}
