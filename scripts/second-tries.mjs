// A vitest reporter: names the tests that passed only at a second try, so that none of them goes unseen.
export default class SecondTries {
  onTestRunEnd(modules) {
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const diagnostic = test.diagnostic();
        if (diagnostic?.flaky) console.log(`passed at the second try only: ${module.relativeModuleId} > ${test.fullName}\n${test.result().errors?.map(({ message }) => `  ${message}`).join('\n') ?? ''}`);
      }
    }
  }
}
