import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The order of the test files: the campaigns of faults keep both cores of a small machine busy by themselves, so they run
 * when all others are done, or nearly.
 */
export class FaultsLast extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isCampaign = ({ moduleId }: TestSpecification) => moduleId.includes('/test/faults/');
    return [...sorted.filter((file) => !isCampaign(file)), ...sorted.filter(isCampaign)];
  }
}
