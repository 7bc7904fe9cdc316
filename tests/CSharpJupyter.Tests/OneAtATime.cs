// Each class runs a kernel process; side by side they would measure one another.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
