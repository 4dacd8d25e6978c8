import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { beatsQuery } from '../api/patrol.ts'

/** What people call a beat (责任区); its id while the names are not there, or it has none. */
export function useBeatName(): (id: string) => string {
  const { data } = useQuery(beatsQuery)
  return useMemo(() => {
    const names = new Map(data?.beats.map(({ id, name }) => [id, name]))
    return (id) => names.get(id) ?? id
  }, [data])
}
