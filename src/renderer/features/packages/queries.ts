// Questions about packages. Their keys begin with `packages`, so that what the engine announces makes them old.
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { PackagePlace, PackageRow } from '../../../contract/packages.ts';
import { useClient } from '../../api/queries.ts';

export const packagesShown = 500;

export function usePackages(): UseQueryResult<PackageRow[]> {
  const client = useClient();
  return useQuery({ queryKey: ['packages', 'list'], queryFn: ({ signal }) => client.packages.list({ limit: packagesShown }, { signal }) });
}

export function usePackagePlace(): UseQueryResult<PackagePlace> {
  const client = useClient();
  return useQuery({ queryKey: ['packages', 'place'], queryFn: ({ signal }) => client.packages.place({}, { signal }) });
}
