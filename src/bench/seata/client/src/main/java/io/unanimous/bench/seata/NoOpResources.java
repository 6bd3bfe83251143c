package io.unanimous.bench.seata;

import io.seata.core.model.BranchStatus;
import io.seata.core.model.BranchType;
import io.seata.core.model.Resource;
import io.seata.rm.AbstractResourceManager;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** TCC resources that only count. */
final class NoOpResources extends AbstractResourceManager {

    private final Map<String, Resource> resources = new LinkedHashMap<>();
    private final Map<String, LongAdder> committed = new LinkedHashMap<>();
    private final LongAdder rolledBack = new LongAdder();

    private record NoOpResource(String id) implements Resource {
        @Override
        public String getResourceGroupId() {
            return "DEFAULT";
        }

        @Override
        public String getResourceId() {
            return id;
        }

        @Override
        public BranchType getBranchType() {
            return BranchType.TCC;
        }
    }

    /** Adds a resource; before any transaction runs. */
    void add(String id) {
        Resource resource = new NoOpResource(id);
        resources.put(id, resource);
        committed.put(id, new LongAdder());
        registerResource(resource);
    }

    @Override
    public BranchStatus branchCommit(
            BranchType type, String transaction, long branch, String resource, String applicationData) {
        Objects.requireNonNull(committed.get(resource), resource).increment();
        return BranchStatus.PhaseTwo_Committed;
    }

    @Override
    public BranchStatus branchRollback(
            BranchType type, String transaction, long branch, String resource, String applicationData) {
        rolledBack.increment();
        return BranchStatus.PhaseTwo_Rollbacked;
    }

    @Override
    public Map<String, Resource> getManagedResources() {
        return resources;
    }

    @Override
    public BranchType getBranchType() {
        return BranchType.TCC;
    }

    Map<String, LongAdder> committed() {
        return committed;
    }

    long rolledBack() {
        return rolledBack.sum();
    }
}
