import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { casesQuery } from '../api/queries.ts'
import { findingsQuery } from '../api/tracks.ts'
import { useWords } from '../i18n/language.tsx'
import { type TimelineEvent, timelineEvents } from './timeline-events.ts'
import type { Span } from './track.ts'
import type { Ride } from './use-replay.ts'

const NONE: readonly never[] = []

/** What stands on the timeline of a ride. The track is shown whether or not these can be had. */
export function useEvents(ride: Ride | undefined, { fromMs, toMs }: Span): readonly TimelineEvent[] {
  const { language } = useWords()
  const enabled = ride !== undefined
  const cases = useQuery({ ...casesQuery('all'), enabled })
  const findings = useQuery({ ...findingsQuery(ride?.device ?? '', { fromMs, toMs }), enabled })
  return useMemo(
    () =>
      ride
        ? timelineEvents(
            ride.device,
            ride.track,
            { fromMs, toMs },
            cases.data?.cases ?? NONE,
            findings.data ?? NONE,
            language,
          )
        : NONE,
    [ride, fromMs, toMs, cases.data, findings.data, language],
  )
}
